printf "%s\n" "apiVersion: egressctl/v1" "kind: Egress" "metadata: {name: one}" "spec:" "  clients: [{namespace: default}]" "  destinations:" "  - {name: cnn, hosts: [edition.cnn.com], via: gateway}" > egress.yaml
egressctl generate egress.yaml --out-dir out --layout resource -v
find out -type f | sort
head -1 out/istio-egress/gateway-cnn.yaml
egressctl generate egress.yaml --out-dir out --layout resource -v
