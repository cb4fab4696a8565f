# What was there is written down and silent, what is new is not, and what is gone is told.
gateway() { printf 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: %s}\nspec: {servers: []}\n---\n' "$1"; }
{ gateway a; gateway b; } >set.yaml
egressctl lint set.yaml --write-baseline base.yaml; echo "exit $?"
cat base.yaml
{ printf '# moved\n---\n'; gateway b; gateway a; gateway c; } >set.yaml
egressctl lint set.yaml --baseline base.yaml -o concise -v; echo "exit $?"
printf 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: {servers: [{hosts: ["*.org"], port: {number: 443, name: tls, protocol: TLS}, tls: {mode: PASSTHROUGH}}]}\n' >set.yaml
egressctl lint set.yaml --baseline base.yaml; echo "exit $?"
egressctl lint set.yaml --baseline base.yaml --prune-baseline; echo "exit $?"
cat base.yaml
egressctl lint set.yaml --prune-baseline; echo "exit $?"
egressctl lint set.yaml --baseline none.yaml; echo "exit $?"
printf 'version: 1\nfindigns: []\n' >base.yaml; egressctl lint set.yaml --baseline base.yaml; echo "exit $?"
