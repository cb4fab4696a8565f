egressctl init - | egressctl generate -q - | grep -c '^kind: Namespace$'
