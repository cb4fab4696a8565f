# The same picture in every form; what does not arrive has its rule.
egressctl graph "$TESTDATA/topology/shared-gateway-two-hosts/manifests.yaml"
egressctl graph -o dot "$TESTDATA/topology/shared-gateway-two-hosts/manifests.yaml"
egressctl graph -o mermaid "$TESTDATA/topology/shared-gateway-two-hosts/manifests.yaml"
egressctl graph -o json "$TESTDATA/topology/shared-gateway-two-hosts/manifests.yaml" | head -12
# The README's picture is what the program draws.
egressctl graph -o svg "$TESTDATA/topology/three-modes-one-gateway/manifests.yaml" | cmp - "$TESTDATA/../docs/topology.svg" && echo same
printf 'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n' | egressctl graph -; echo "exit $?"
