printf "%s\n" "apiVersion: egressctl/v1" "kind: Egress" "metadata: {name: one}" "spec:" "  clients: [{namespace: default}]" "  destinations:" "  - {name: cnn, hosts: [edition.cnn.com], via: gateway}" > egress.yaml
egressctl generate egress.yaml --out-dir out
echo "# mine" >> out/one.yaml
egressctl generate egress.yaml --out-dir out; echo "exit $?"
tail -1 out/one.yaml
egressctl generate egress.yaml --out-dir out --force; echo "exit $?"
tail -1 out/one.yaml
