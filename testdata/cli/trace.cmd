# Through the SNI proxy; then what a client that lies about its name gets.
egressctl trace --from default/ubuntu --to en.wikipedia.org:443 "$TESTDATA/topology/sni-proxy" | sed "s|$TESTDATA/||"
egressctl trace --from default/ubuntu --to en.wikipedia.org:443 --inner-sni evil.example "$TESTDATA/topology/sni-proxy" | tail -2 | sed "s|$TESTDATA/||"
egressctl trace --from default/ubuntu --to www.example.org --expect delivered "$TESTDATA/topology/shared-gateway-two-hosts" >/dev/null; echo "exit $?"
egressctl trace --from default/ubuntu --to edition.cnn.com:443 -o json "$TESTDATA/topology/basic-mtls" | sed "s|$TESTDATA/||" | head -30
