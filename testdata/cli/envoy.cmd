# A sidecar for a laptop: one listener, the gateway elsewhere; what is left out is said.
egressctl envoy ubuntu.default --listen 443=127.0.0.1:8443 --endpoint istio-egressgateway.istio-egress.svc.cluster.local=127.0.0.1:9443 --secret ROOTCA=ca.pem "$TESTDATA/topology/basic-mtls" >sidecar.yaml; echo "exit $?"
grep -A3 'address: 127.0.0.1' sidecar.yaml | head -8
grep filename: sidecar.yaml
egressctl envoy egw-1.istio-egress -o json "$TESTDATA/topology/basic-mtls" 2>/dev/null | head -4
egressctl envoy egw-1.istio-egress --endpoint nonsense "$TESTDATA/topology/basic-mtls"; echo "exit $?"
egressctl envoy egw-1.istio-egress --listen 1.2.3 "$TESTDATA/topology/basic-mtls"; echo "exit $?"
egressctl envoy gone.default "$TESTDATA/topology/basic-mtls"; echo "exit $?"
