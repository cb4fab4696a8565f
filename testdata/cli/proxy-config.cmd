# What the classic example shows: the wildcard's SNI leads to its subset.
egressctl proxy-config listeners ubuntu.default "$TESTDATA/topology/sni-proxy/manifests.yaml" | grep 'SNI: \*.wikipedia'
egressctl proxy-config clusters egw-1.istio-egress "$TESTDATA/topology/sni-proxy" | head -4
egressctl proxy-config routes ubuntu.default "$TESTDATA/topology/http-gateway" | cut -c1-60
egressctl proxy-config endpoints ubuntu.default "$TESTDATA/topology/http-gateway"
egressctl proxy-config listeners egw-1.istio-egress "$TESTDATA/topology/selector-mismatch"; echo "exit $?"
