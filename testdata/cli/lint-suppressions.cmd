# What a comment accepts is silent, and what it no longer is for is told.
printf 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: {servers: []}  # egressctl:ignore EGR0163 -- servers come later\n' >a.yaml
egressctl lint a.yaml; echo "exit $?"
egressctl lint --no-suppressions -o concise a.yaml; echo "exit $?"
printf '# egressctl:ignore-file EGR0163,EGR016x\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n' | egressctl lint -o concise -; echo "exit $?"
