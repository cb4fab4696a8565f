# Who and what can be asked for, and how: misspelt clients, gateways, wildcards, addresses, lists without a trace.
cp "$TESTDATA/trace/one-gateway.yaml" set.yaml
cat >> set.yaml <<'EOF'
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: sleep, namespace: apps}
spec: {selector: {matchLabels: {app: sleep}}, template: {metadata: {labels: {app: sleep}}, spec: {containers: [{name: a, image: a}]}}}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: sleep-5d8, namespace: apps, ownerReferences: [{kind: Deployment, name: sleep}]}
spec: {selector: {matchLabels: {app: sleep}}, template: {metadata: {labels: {app: sleep}}, spec: {containers: [{name: a, image: a}]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: sleep-5d8-abc, namespace: apps, labels: {app: sleep}, ownerReferences: [{kind: ReplicaSet, name: sleep-5d8}]}
spec: {containers: [{name: a, image: a}]}
EOF
egressctl trace --matrix set.yaml; echo "exit $?"
egressctl trace --matrix --expect delivered set.yaml > /dev/null; echo "exit $?"
egressctl trace --from apps/slep --to api.example.com set.yaml; echo "exit $?"
egressctl trace --from apps/client --to api.example.com set.yaml | tail -1
egressctl trace --from other/any --to "*.example.com:443" set.yaml | tail -1
egressctl trace --from edge/egress --to api.example.com set.yaml; echo "exit $?"
egressctl trace --from apps/sleep --to "a*.example.com" set.yaml; echo "exit $?"
egressctl trace --from apps/sleep --to 2001:db8::1 set.yaml | tail -1
egressctl trace --from apps/sleep --to "[2001:db8::1]443" set.yaml; echo "exit $?"
: > none.yaml
egressctl trace --expect-file none.yaml set.yaml; echo "exit $?"
printf "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n" | egressctl graph -o json -; echo "exit $?"
