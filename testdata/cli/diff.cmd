# A DestinationRule loses what it checks the gateway's certificate against; then a Gateway's host is changed.
cp "$TESTDATA/topology/basic-mtls/manifests.yaml" before.yaml
egressctl diff before.yaml before.yaml; echo "exit $?"
awk 'BEGIN { RS = "---\n"; ORS = "---\n" } !/kind: DestinationRule/' before.yaml >no-rules.yaml
egressctl diff before.yaml no-rules.yaml; echo "exit $?"
egressctl diff no-rules.yaml before.yaml -o json; echo "exit $?"
egressctl diff - - </dev/null; echo "exit $?"
egressctl diff before.yaml no-such.yaml; echo "exit $?"
