# What traces, computes and draws manifests takes the mesh of the configuration file, too, and reads what it does not leave out.
cp "$TESTDATA/topology/sni-proxy/manifests.yaml" set.yaml
mkdir drafts; echo 'kind: [' >drafts/half.yaml
printf 'mesh:\n  outboundTrafficPolicy: REGISTRY_ONLY\nexclude:\n- drafts/\n' >.egressctl.yaml
egressctl trace --from default/ubuntu --to unknown.example:443 . | tail -1; echo "exit $?"
egressctl trace --no-config --from default/ubuntu --to unknown.example:443 set.yaml | tail -1
egressctl proxy-config clusters ubuntu.default . >with; egressctl proxy-config clusters ubuntu.default --no-config set.yaml >without; diff with without
egressctl audit -o json . >with; egressctl audit -o json --no-config set.yaml >without; cmp -s with without || echo "the audit differs"
printf 'mesh:\n  rootNamespce: istio-system\n' >.egressctl.yaml
egressctl graph -o text .; echo "exit $?"
EGRESSCTL_ISTIO_VERSION=one egressctl diff --no-config set.yaml set.yaml; echo "exit $?"
