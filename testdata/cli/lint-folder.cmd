# A folder stands for the manifests in it and below; what is hidden or of another kind is skipped.
mkdir -p set/below set/.hidden set/empty
printf 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: {servers: []}\n' | tee set/b.yaml set/below/a.yml set/.hidden/c.yaml set/notes.md >set/.d.yaml
egressctl lint -o concise set set/b.yaml
egressctl lint -o concise set/empty; echo "exit $?"
