# The three classic set-ups and all ways side by side, from curl to a page and back.
run() { spec=$1; shift; egressctl forward --spec "$TESTDATA/specs/$spec.yaml" --all-in-one --upstream-lab --admin-address off --listen 127.0.0.1:0 "$@"; }
title='grep -o "<title>.*</title>"'
run egress-mtls --access-log off --exec "curl -sS https://edition.cnn.com/ | $title; curl -s https://evil.example/; echo \"curl: \$?\""
run wildcard-egress-mtls --access-log log --exec "curl -sS https://de.wikipedia.org/ | $title; curl -sS https://en.wikipedia.org/ | $title"
cut -d' ' -f1 log | sort | uniq -c
run wildcard-egress-sni-proxy --access-log log2 --exec "curl -sS https://en.wikipedia.org/ | $title; curl -sS https://www.example.com/ | $title"
grep ^sni-proxy log2 | grep -o 'dynamic.*cluster\|envoy://sni.* ' | sort
run all-modes --access-log off --exec "for url in https://registry.example.com:8443/ https://a.partner.example.net:9443/ https://smtp.example.net:465/ http://weather.example.net/ http://api.legacy.example.net/; do curl -sS \$url | $title; done; curl -s -o /dev/null -w '%{http_code}\n' http://evil.example/"
run strict-every-namespace --access-log off --exec "curl -sS https://www.debian.org/ | $title; exit 7"; echo "exit code $?"
