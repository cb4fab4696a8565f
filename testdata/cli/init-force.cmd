echo mine > egress.yaml
egressctl init --force -q
code=$?
grep -c mine egress.yaml
exit $code
