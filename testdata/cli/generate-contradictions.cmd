printf "%s\n" "apiVersion: egressctl/v1" "kind: Egress" "metadata: {name: one}" "spec:" "  clients: [{namespace: default}]" "  destinations:" "  - {name: cnn, hosts: [edition.cnn.com], via: gateway}" > egress.yaml
egressctl generate egress.yaml --layout kustomize; echo "exit $?"
egressctl generate egress.yaml --check; echo "exit $?"
egressctl generate egress.yaml --out-dir out -o json; echo "exit $?"
egressctl generate egress.yaml --out-dir out --prune --check; echo "exit $?"
egressctl generate egress.yaml egress.yaml --out-dir out --layout helm; echo "exit $?"
egressctl generate egress.yaml --layout kustom; echo "exit $?"
egressctl generate; echo "exit $?"
