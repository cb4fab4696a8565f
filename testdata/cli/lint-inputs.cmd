# What is read: nothing named is this folder; what is left out, patterns, standard input by a name.
gateway() { printf 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: %s}\nspec: {servers: []}\n' "$1"; }
mkdir -p set/gen/deep set/.git other; gateway a >set/a.yaml; gateway b >set/gen/b.yaml; gateway c >set/gen/deep/c.yml; gateway d >set/.git/d.yaml
ln -s ../.. set/gen/loop; ln -s ../other set/link; gateway e >other/e.yaml; gateway f >other/f.json
cd set && egressctl lint -o concise -q; cd .. ; echo "exit $?"
egressctl lint -o concise set --exclude gen/ -q; echo "exit $?"
egressctl lint -o concise set --exclude 'set/gen/**/*.yml' --exclude '*.yaml' --exclude '!b.yaml' -q
egressctl lint -o concise 'set/**/*.y*ml' 'other/?.yaml' -q
gateway x | egressctl lint -o concise - --stdin-filename charts/x.yaml -q
egressctl lint -o concise 'set/nothing*.yaml'; echo "exit $?"
