# SIGHUP has the whole data path read its spec again; one that can't be used changes nothing.
cp "$TESTDATA/specs/egress-mtls.yaml" egress.yaml
cat > steps <<'STEPS'
title() { curl -sS "$1" | grep -o "<title>.*</title>"; }
said() { until grep -q "$1" log; do sleep 0.05; done; }
title https://edition.cnn.com/
curl -s https://www.example.com/; echo "curl: $?"
sed -i 's/edition.cnn.com/www.example.com/' egress.yaml; kill -HUP $PPID; said reloaded
title https://www.example.com/
sed -i 's/via: gateway/via: gatway/' egress.yaml; kill -HUP $PPID; said "can't be used"
title https://www.example.com/
STEPS
egressctl forward -v --spec egress.yaml --all-in-one --upstream-lab --listen 127.0.0.1:0 --admin-address off --access-log off --exec '. ./steps' 2> log
echo "exit code $?"
