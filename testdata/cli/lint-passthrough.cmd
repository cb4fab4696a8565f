# A Helm post-renderer: the manifests go on as they are, findings beside them; 1 blocks the release.
printf -- '---\r\n# Source: chart/gateway.yaml\r\napiVersion: networking.istio.io/v1\r\nkind: Gateway\r\nmetadata: {name: a}\r\nspec: {servers: []}\r\n' >rendered.yaml
egressctl lint --passthrough -o concise <rendered.yaml >out.yaml; echo "exit $?"
cmp rendered.yaml out.yaml && echo same
egressctl lint --passthrough rendered.yaml; echo "exit $?"
