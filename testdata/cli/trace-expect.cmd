# A list of expectations is a test suite for manifests.
cat >expect.yaml <<'YAML'
- {from: default/ubuntu, to: "en.wikipedia.org:443", verdict: delivered, reached: "en.wikipedia.org:443"}
- {from: default/ubuntu, to: "en.wikipedia.org:443", innerSni: evil.example, verdict: blocked}
- {from: default/ubuntu, to: "example.com:443", verdict: delivered}
YAML
egressctl trace --expect-file expect.yaml "$TESTDATA/topology/sni-proxy"; echo "exit $?"
printf -- '- {from: a/b, to: "x:1", verdct: reset}\n' >bad.yaml
egressctl trace --expect-file bad.yaml "$TESTDATA/topology/sni-proxy"; echo "exit $?"
egressctl trace --from default/ubuntu --to example.com:99999 "$TESTDATA/topology/sni-proxy"; echo "exit $?"
egressctl trace "$TESTDATA/topology/sni-proxy"; echo "exit $?"
egressctl trace --from apps/job --to example.com "$TESTDATA/topology/sni-proxy" | tail -1; echo "exit $?"
