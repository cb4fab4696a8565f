printf "%s\n" "apiVersion: networking.istio.io/v1" "kind: VirtualService" "metadata: {name: cnn, namespace: demo}" "spec:" "  hosts: [edition.cnn.com]" "  gateways: [edge/out]" "  tls:" "  - match: [{gateways: [mesh], sniHosts: [edition.cnn.com]}]" "    route: [{destination: {host: edition.cnn.com}}]" > routes.yaml
egressctl lint routes.yaml; echo "exit $?"
egressctl lint - -o concise --fail-on never < routes.yaml; echo "exit $?"
egressctl lint --istio-version one routes.yaml; echo "exit $?"
egressctl lint --mesh-config routes.yaml routes.yaml; echo "exit $?"
