printf "%s\n" "apiVersion: egressctl/v1" "kind: Egress" "metadata: {name: one}" "spec:" "  clients: [{namespace: default}]" "  destinations:" "  - {name: cnn, hosts: [edition.cnn.com], via: gateway}" > egress.yaml
egressctl generate egress.yaml --out-dir out --layout resource --check | head -3
egressctl generate egress.yaml --out-dir out --layout resource
egressctl generate egress.yaml --out-dir out --layout resource --check; echo "exit $?"
sed -i s/edition.cnn.com/www.cnn.com/ egress.yaml
egressctl generate egress.yaml --out-dir out --layout resource --check; echo "exit $?"
egressctl generate egress.yaml --out-dir out --layout resource --diff; echo "exit $?"
ls out
