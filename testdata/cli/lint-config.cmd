# The nearest configuration file up to the git root; flags, then variables, then the file.
mkdir -p repo/.git repo/team/legacy repo/gen above
printf 'fail-on: warning\n' >.egressctl.yaml
gateway() { printf 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: %s}\nspec: {servers: []}  # egressctl:ignore EGR0203\n' "$1"; }
gateway a >repo/team/a.yaml; gateway b >repo/team/legacy/b.yaml; gateway c >repo/gen/c.yaml
printf 'min-severity: error\nexclude: [gen/]\nmesh: {istioVersion: 1.30}\nrules: {invalid-gateway: warning}\nper-path:\n  "team/legacy/**": {rules: {EGR0163: error, EGR0002: off}}\n' >repo/.egressctl.yml
cd repo && egressctl lint -o concise; echo "exit $?"
cd team && egressctl lint -o concise --min-severity info; echo "exit $?"
EGRESSCTL_MIN_SEVERITY=warning egressctl lint --show-config --fail-on info
EGRESSCTL_MIN_SEVERITY=warnings egressctl lint; echo "exit $?"
egressctl lint --no-config --show-config; cd ../..
egressctl lint --show-config --config repo/.egressctl.yml | head -1
EGRESSCTL_CONFIG=repo/.egressctl.yml egressctl validate --show-config; EGRESSCTL_CONFIG=none.yaml egressctl lint; echo "exit $?"
printf 'fail_on: error\nrules: {EGR0203: warn, EGR02O3: off}\n' >.egressctl.yaml
egressctl lint repo; echo "exit $?"
