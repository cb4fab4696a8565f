printf "%s\n" "apiVersion: egressctl/v1" "kind: Egress" "metadata: {name: one}" "spec:" "  clients: [{namespace: default}]" "  destinations:" "  - {name: cnn, hosts: [edition.cnn.com], via: gateway}" > egress.yaml
egressctl generate egress.yaml --out-dir out --layout resource
echo "a: 1" > out/mine.yaml
sed -i "s/name: cnn/name: news/" egress.yaml
egressctl generate egress.yaml --out-dir out --layout resource; echo "exit $?"
egressctl generate egress.yaml --out-dir out --layout resource --check; echo "exit $?"
egressctl generate egress.yaml --out-dir out --layout resource --prune; echo "exit $?"
egressctl generate egress.yaml --out-dir out --layout resource --check; echo "exit $?"
find out -name "*cnn*"; ls out
