# Istio's task "Egress Gateways" with the Gateway API: what istiod deploys is there though no manifest has it.
egressctl proxy-config listeners cnn-egress-gateway-istio.default "$TESTDATA/gateway-api/tls-passthrough"
egressctl trace --from default/curl --to edition.cnn.com:443 "$TESTDATA/gateway-api/tls-passthrough" | sed "s|$TESTDATA/||"
egressctl trace --from default/curl --to edition.cnn.com:80 "$TESTDATA/gateway-api/http-origination" | sed "s|$TESTDATA/||"
egressctl trace --from shop/app --to mongo.example.com:27017 "$TESTDATA/gateway-api/tcp-across-namespaces" | sed "s|$TESTDATA/||"
