printf "%s\n" "apiVersion: egressctl/v1" "kind: Egress" "metadata: {name: one}" "spec:" "  clients: [{namespace: default}]" "  destinations:" "  - {name: cnn, hosts: [edition.cnn.com], via: gateway}" > egress.yaml
mkdir out; echo "a: 1" > out/one.yaml
egressctl generate egress.yaml --out-dir out; echo "exit $?"
cat out/one.yaml
