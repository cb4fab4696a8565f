# What can't be run is told before anything listens.
forward() { egressctl forward "$@"; echo "exit code $?"; }
spec="$TESTDATA/specs/egress-mtls.yaml"
forward
forward --all-in-one
forward --spec "$spec" --exec true
forward --spec "$spec" --route a.example.com
forward --spec "$spec" --role sidecar
forward --spec "$spec" --all-in-one --key a.key
forward --spec none.yaml --all-in-one
printf 'kind: Egress\nspec: {clinets: []}\n' | forward --spec - --check
forward --spec "$spec" --all-in-one --check
forward --spec "$spec" --check
forward --spec "$spec" --all-in-one --access-log off --admin-address off --exec 'kill -TERM $$'
forward --spec "$spec" --all-in-one --admin-address 8.8.8.8:99999
