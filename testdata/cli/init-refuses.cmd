echo mine > egress.yaml
egressctl init
code=$?
cat egress.yaml
exit $code
