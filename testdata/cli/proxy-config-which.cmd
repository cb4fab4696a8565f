# A proxy that is not in the input is described by flags; an unknown or ambiguous one is refused.
egressctl proxy-config listeners sleep.default "$TESTDATA/topology/basic-mtls"; echo "exit $?"
egressctl proxy-config listeners egw-2.istio-egress --labels istio=egressgateway --type gateway "$TESTDATA/topology/basic-mtls"
egressctl proxy-config listeners any --labels nonsense "$TESTDATA/topology/basic-mtls"; echo "exit $?"
printf 'kind: Pod\napiVersion: v1\nmetadata: {name: a}\n---\nkind: Deployment\napiVersion: apps/v1\nmetadata: {name: a}\n---\nnot: [closed\n' >both.yaml
egressctl proxy-config listeners a both.yaml; echo "exit $?"
egressctl proxy-config listeners pod/a both.yaml | head -2; echo "exit $?"
