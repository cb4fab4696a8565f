# What a MeshConfig from outside of the set says wrongly is told; it is no part of the set otherwise.
cp "$TESTDATA/lint/cases/EGR0501-allow-any/good.yaml" set.yaml
printf 'outboundTrafficPolicy: {mode: REGISTRY_ONLY}\nacessLogFile: /dev/stdout\ndefaultConfig: {tracing: {sampling: high}}\n' >mesh.yaml
egressctl lint -o concise --mesh-config mesh.yaml set.yaml; echo "exit $?"
egressctl lint -o concise --mesh-config mesh.yaml set.yaml mesh.yaml; echo "exit $?"
printf 'outboundTrafficPolicy: {mode: REGISTRY_ONLY}\ndefaultConfig: {tracing: {sampling: "1.5"}}\n' >mesh.yaml
egressctl lint -o concise --mesh-config mesh.yaml set.yaml; echo "exit $?"
