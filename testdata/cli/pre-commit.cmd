# The hooks of .pre-commit-hooks.yaml run as pre-commit runs them: with file names, or without any.
printf 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: {servers: []}\n' >a.yaml
printf 'notes: no manifest\n' >b.yaml
sed -n 's/^  entry: //p' "$TESTDATA/../.pre-commit-hooks.yaml" >entries
read -r changed <entries; $changed -o concise a.yaml; echo "exit $?"; $changed b.yaml; echo "exit $?"
all=$(sed -n 2p entries); $all -o concise; echo "exit $?"; rm a.yaml; $all; echo "exit $?"
