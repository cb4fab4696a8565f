# What is shown and what makes the command fail are two questions.
cp "$TESTDATA/lint/cases/EGR0203-match-gateway-not-bound/bad.yaml" routes.yaml
printf '  # egressctl:ignore EGR0163\n' >>routes.yaml
egressctl lint -o concise routes.yaml --min-severity error; echo "exit $?"
egressctl lint -o concise routes.yaml --min-severity error --exit-zero; echo "exit $?"
printf 'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}  # egressctl:ignore EGR0163\n' >spare.yaml
egressctl lint -o concise spare.yaml --min-severity error --fail-on warning; echo "exit $?"
egressctl lint -o concise spare.yaml; echo "exit $?"
egressctl lint --min-severity warn spare.yaml; echo "exit $?"
