printf "%s\n" "apiVersion: egressctl/v1" "kind: Egress" "metadata: {name: one}" "spec:" "  clients: [{namespace: default}]" "  destinations:" "  - {name: cnn, hosts: [edition.cnn.com], via: gateway}" > egress.yaml
egressctl generate egress.yaml -o json > out.json
python3 -c "import json; l = json.load(open('out.json')); print(l['kind'], len(l['items'])); print(*sorted({i['kind'] for i in l['items']}))"
