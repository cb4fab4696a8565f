printf "%s\n" "apiVersion: egressctl/v1" "kind: Egress" "metadata: {name: one}" "spec:" "  clients: [{namespace: default}]" "  destinations:" "  - {name: cnn, hosts: [edition.cnn.com], via: gateway}" > a.yaml
printf "%s\n" "apiVersion: egressctl/v1" "kind: Egress" "metadata: {name: one}" "spec:" "  clients: [{namespace: default}]" "  destinations:" "  - {name: cnn, hosts: [edition.cnn.com], via: gateway}" | sed "s/cnn/bbc/g; s/metadata: {name: one}/metadata: {name: two}/" > b.yaml
cat a.yaml > both.yaml; echo "---" >> both.yaml; sed s/edition/www/ a.yaml >> both.yaml
egressctl generate both.yaml; echo "exit $?"
egressctl generate a.yaml --out-dir out; ls out
