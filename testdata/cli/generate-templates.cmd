printf "%s\n" "apiVersion: egressctl/v1" "kind: Egress" "metadata: {name: one}" "spec:" "  clients: [{namespace: default}]" "  destinations:" "  - {name: cnn, hosts: [edition.cnn.com], via: gateway}" > egress.yaml
mkdir own
printf "%s\n" "apiVersion: v1" "kind: Namespace" "metadata:" "  name: \${namespace}" "  labels: {team: egress}" > own/namespace.yaml
egressctl generate egress.yaml --templates own | head -5
printf "%s\n" "kind: Sidecar" "metadata:" "  name: x-\${name}" "  namespace: \${namespac}" > own/sidecar.yaml
echo "a: [1" > own/gateway.yaml
echo "a: 1" > own/gatway.yaml
egressctl generate egress.yaml --templates own; echo "exit $?"
egressctl generate egress.yaml --templates nowhere; echo "exit $?"
