# Input that was made to break readers ends in findings, and the file beside it is linted.
printf 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: {servers: []}\n' >z.yaml
{ printf 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n'; for i in 1 2 3 4 5 6 7 8 9; do n=$((i - 1)); printf "a$i: &a$i [*a$n, *a$n, *a$n, *a$n, *a$n, *a$n, *a$n, *a$n, *a$n, *a$n]\n"; done; } >aliases.yaml
{ printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: big}\ndata:\n  text: "'; head -c 10485760 /dev/zero | tr '\0' x; printf '"\n'; } >big.yaml
{ printf 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata:\n  name: "'; head -c 10485760 /dev/zero | tr '\0' x; printf '"\nspec: {servers: []}\n'; } >bigname.yaml
{ printf 'a: '; head -c 100000 /dev/zero | tr '\0' '['; } >deep.yaml
{ i=0; pad=''; while [ $i -lt 300 ]; do printf '%sa:\n' "$pad"; pad="$pad "; i=$((i + 1)); done; } >deepmap.yaml
head -c 100000 /dev/zero | tr '\0' '{' >deepjson.json
{ head -c 100000 /dev/zero | tr '\0' '-' | sed 's/-/- /g'; } >deepdash.yaml
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \377\376}\n' >bytes.yaml
printf '\377\376a\0:\0' >utf16.yaml
printf 'a\0b: 1\n' >nul.yaml
head -c 300000 /dev/urandom >noise.yaml
timeout 60 egressctl lint -o concise . >out; echo "exit $?"
grep -v '^noise.yaml' out | cut -c1-150; grep -c '^noise.yaml' out >/dev/null && echo "noise is told"
