# A run that looks at nothing does not pass, unless it may.
mkdir empty; printf '# nothing\n---\n' >notes.yaml; printf 'a: 1\n' >values.yaml
egressctl lint empty; echo "exit $?"
egressctl lint notes.yaml values.yaml; echo "exit $?"
egressctl lint -o json empty --allow-empty | head -3; egressctl lint empty --allow-empty; echo "exit $?"
printf 'apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n' | egressctl lint - -v; echo "exit $?"
