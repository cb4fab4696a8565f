# The mesh of the configuration counts, whatever the manifests say of it.
cp "$TESTDATA/lint/cases/EGR0501-allow-any/bad.yaml" set.yaml
egressctl lint --profile posture -o concise set.yaml; echo "exit $?"
printf 'mesh:\n  outboundTrafficPolicy: REGISTRY_ONLY\n' >.egressctl.yaml
egressctl lint --profile posture -o concise set.yaml; echo "exit $?"
cp "$TESTDATA/lint/cases/EGR0501-allow-any/good.yaml" set.yaml
printf 'mesh:\n  outboundTrafficPolicy: ALLOW_ANY\n' >.egressctl.yaml
egressctl lint --profile posture -o concise --diff --unsafe-fixes set.yaml; egressctl lint --profile posture -o concise set.yaml; echo "exit $?"
