# What can't be read is told, and the rest is linted; the exit code is 3.
printf 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: {servers: []}\n' >a.yaml
mkdir set; cp a.yaml set; mkfifo set/pipe.yaml; ln -s gone.yaml set/dangling.yaml; ln -s circle.yaml set/circle.yaml; ln -s /proc/self/mem set/memory.yaml
egressctl lint -o concise none.yaml set a.yaml; echo "exit $?"
egressctl lint -o json none.yaml | grep -E '"(rule|path)"'; echo "exit $?"
# A FIFO that is named is read.
mkfifo pipe; cat a.yaml >pipe & egressctl lint -o concise pipe; echo "exit $?"
