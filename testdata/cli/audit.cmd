# Open ways of one set; what generate makes for all modes; what may be open.
egressctl audit "$TESTDATA/topology/sni-proxy"; echo "exit $?"
egressctl generate "$TESTDATA/specs/all-modes.yaml" | egressctl audit - ; echo "exit $?"
egressctl audit --allow network-policy --allow udp-443 --allow inner-sni --mesh-config "$TESTDATA/topology/registry-only/meshconfig.yaml" "$TESTDATA/topology/registry-only/manifests.yaml"; echo "exit $?"
egressctl audit --allow nothing x.yaml; echo "exit $?"
egressctl audit -o json "$TESTDATA/topology/basic-mtls" | sed "s|$TESTDATA/||" | head -24
