# A sidecar and a gateway of one spec, each a process of its own, with certificates from files.
spec="$TESTDATA/specs/wildcard-egress-sni-proxy.yaml"
{
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -days 1 -subj /CN=mesh
  for who in ns/istio-egress/sa/istio-egressgateway ns/default/sa/ubuntu ns/other/sa/stranger; do
    name=$(basename "$who")
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -out "$name.csr" -subj /
    echo "subjectAltName=critical,URI:spiffe://cluster.local/$who" > ext
    openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 1 -extfile ext -out "$name.crt"
  done
} > openssl.log 2>&1
listening() { until grep -q listening "$1" 2>/dev/null; do sleep 0.05; done; sed -n 's/.*listening on //p' "$1"; }
egressctl forward --spec "$spec" --role gateway --listen 127.0.0.1:0 --admin-address off --access-log gateway.log \
  --cert istio-egressgateway.crt --key istio-egressgateway.key --ca ca.crt --resolve en.wikipedia.org=127.0.0.1 2> gateway.err &
gateway=$!
at=$(listening gateway.err)
for who in ubuntu stranger; do
  egressctl forward --spec "$spec" --role sidecar --listen 127.0.0.1:0 --admin-address off --access-log "$who.log" \
    --cert "$who.crt" --key "$who.key" --ca ca.crt --gateway "$at" 2> "$who.err" &
  sidecar=$!
  address=$(listening "$who.err")
  curl -s --connect-to "::$address" https://en.wikipedia.org/; echo "curl of $who: $?"
  curl -s --connect-to "::$address" https://evil.example/; echo "curl of $who: $?"
  kill -TERM $sidecar; wait $sidecar
done
kill -TERM $gateway; wait $gateway; echo "exit code $?"
# The gateway took the one connection that it should have, and would not lead it to this machine.
grep -o '0 [A-Z-]* [a-z_]* .*"-" \|open.egress.internal\|en.wikipedia.org' gateway.log | cut -d' ' -f1-3 | sort | uniq -c
