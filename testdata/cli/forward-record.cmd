# An application asks for hosts; what it reached becomes a spec that generates.
egressctl forward --spec "$TESTDATA/specs/wildcard-egress-sni-proxy.yaml" --role sni-proxy --listen 127.0.0.1:0 --admin-address off --check; echo "exit code $?"
egressctl forward --record --listen 127.0.0.1:0 --admin-address off --access-log off --resolve www.example.com=127.0.0.1 > spec.yaml 2> log &
until grep -q listening log 2>/dev/null; do sleep 0.05; done
address=$(sed -n 's/.*listening on //p' log)
# Even who records reaches no address of the machine.
curl -s --connect-to "::$address" https://www.example.com/; echo "curl: $?"
kill -TERM $!; wait $!; echo "exit code $?"
cat spec.yaml
egressctl forward --record --route a.example.com; echo "exit code $?"
