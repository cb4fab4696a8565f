# forward.yaml: checked, refused with its places, run and read again.
forward() { egressctl forward "$@"; echo "exit code $?"; }
file="$TESTDATA/forward/files/sni-proxy.yaml"
forward --config "$file" --check
forward --config "$file" --route a.example.com
sed 's/hosts: \[edition/host: [edition/; s/hello: 2s/hello: soon/; s/address: 127.0.0.1:0/address: localhost:0/' "$file" > bad.yaml
forward --config bad.yaml
forward --config none.yaml
printf 'apiVersion: egressctl/v1\nkind: Egress\n' | forward --config -
printf '' | forward --config -
cp "$file" forward.yaml
egressctl forward -v --config forward.yaml 2> log &
until grep -q listening log 2>/dev/null; do sleep 0.05; done
sed -i 's/hosts:/host:/' forward.yaml; kill -HUP $!
until grep -q 'error' log 2>/dev/null; do sleep 0.05; done
cp "$file" forward.yaml; kill -HUP $!
until grep -qi 'reloaded' log 2>/dev/null; do sleep 0.05; done
kill -TERM $!; wait $!; echo "exit code $?"
grep -c 'unknown key' log
egressctl schema forward > schema.json
python3 - "$file" <<'PY'
import json, sys
try:
    import jsonschema, yaml
except ImportError:
    sys.exit()
validator = jsonschema.Draft7Validator(json.load(open("schema.json")))
for name in sys.argv[1:] + ["bad.yaml"]:
    errors = list(validator.iter_errors(yaml.safe_load(open(name))))
    if (name == "bad.yaml") != bool(errors):
        print(name, [e.message for e in errors])
PY
