# Patches that a kustomization.yaml names are parts of resources: they are left out, unless they are named.
mkdir -p set/overlay set/base
printf 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: egress}\nspec:\n  selector: {istio: egressgateway}\n  servers:\n  - port: {number: 443, name: tls, protocol: TLS}\n    hosts: [api.tax.example]\n    tls: {mode: PASSTHROUGH}\n' >set/base/gateway.yaml
printf 'resources: [gateway.yaml]\n' >set/base/kustomization.yaml
cat >set/overlay/kustomization.yaml <<'EOF'
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../base]
patches:
- path: ./patch.yaml
- target: {kind: Gateway}
  patch: |
    - {op: remove, path: /spec/selector}
patchesStrategicMerge: [old.yaml]
EOF
printf 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: egress}\nspec: {selector: {istio: other}}\n' | tee set/overlay/patch.yaml set/overlay/old.yaml >set/overlay/not-named.yaml
egressctl validate -o concise set; echo "exit $?"
egressctl validate -o concise set set/overlay/patch.yaml; echo "exit $?"
