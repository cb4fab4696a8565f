egressctl init -q && egressctl generate egress.yaml | grep -c '^kind: Namespace$'
