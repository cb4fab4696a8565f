# Findings never take the place of what is read, of another output, of a pipe's or a link's name.
printf 'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n' > in.yaml; chmod 600 in.yaml
egressctl lint in.yaml -o json=in.yaml; echo "exit $?"
egressctl lint in.yaml -o json=same -o sarif=same; echo "exit $?"
mkfifo pipe; cat pipe >got & egressctl lint in.yaml -o json=pipe; echo "exit $?"; wait; test -p pipe && head -2 got
touch findings; ln -s findings link; egressctl lint in.yaml -o json=link; test -L link && head -2 findings
cat in.yaml; stat -c %a in.yaml
