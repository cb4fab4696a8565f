# A cluster's own CRDs count in place of the built-in schemas, with their CEL rules; kinds that
# nothing is known of otherwise are checked by them, too.
cat >crds.yaml <<'END'
apiVersion: v1
kind: List
items:
- apiVersion: apiextensions.k8s.io/v1
  kind: CustomResourceDefinition
  metadata: {name: widgets.example.org}
  spec:
    group: example.org
    names: {kind: Widget, plural: widgets}
    scope: Namespaced
    versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [size]
              properties:
                size: {type: integer, minimum: 1}
                most: {type: integer}
              x-kubernetes-validations:
              - {rule: "!has(self.most) || self.size <= self.most", message: size must not exceed most}
- apiVersion: apiextensions.k8s.io/v1
  kind: CustomResourceDefinition
  metadata: {name: gateways.networking.istio.io}
  spec:
    group: networking.istio.io
    names: {kind: Gateway, plural: gateways}
    scope: Namespaced
    versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {selector: {type: object, additionalProperties: {type: string}}, servers: {type: array, items: {type: object, x-kubernetes-preserve-unknown-fields: true}}, future: {type: string}}}}}}
END
printf 'apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: a}\nspec: {size: 3, most: 2}\n---\napiVersion: example.org/v1\nkind: Widget\nmetadata: {name: b}\nspec: {size: 0, colour: red}\n---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec:\n  future: "yes"\n  servers: [{hosts: ["*.org"], port: {number: 443, name: tls, protocol: TLS}, tls: {mode: PASSTHROUGH}}]\n' >set.yaml
egressctl validate -o concise set.yaml; echo "exit $?"
egressctl validate -o concise set.yaml --crds crds.yaml; echo "exit $?"
egressctl lint -o concise set.yaml --crds set.yaml; echo "exit $?"
egressctl lint -o concise set.yaml --crds none.yaml; echo "exit $?"
sed -i 's/group: example.org/group: ""/' crds.yaml; egressctl validate -o concise --crds crds.yaml set.yaml; echo "exit $?"
