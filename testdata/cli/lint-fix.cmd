# What --diff shows is what --fix writes; comments and layout stay.
cp "$TESTDATA/lint/cases/EGR0404-no-sni/bad.yaml" sni.yaml
cp "$TESTDATA/lint/cases/EGR0911-gateway-name-as-service/bad.yaml" service.yaml
egressctl lint --diff sni.yaml service.yaml; echo "exit $?"
egressctl lint --diff --unsafe-fixes sni.yaml; echo "exit $?"
egressctl lint --fix --unsafe-fixes -o concise sni.yaml service.yaml; echo "exit $?"
egressctl lint -o concise sni.yaml service.yaml; echo "exit $?"
cp "$TESTDATA/lint/cases/EGR0911-gateway-name-as-service/bad.yaml" service.yaml
egressctl lint --fix - <service.yaml >fixed.yaml; echo "exit $?"
diff service.yaml fixed.yaml; egressctl lint fixed.yaml; echo "exit $?"
egressctl lint --fix - service.yaml <service.yaml; echo "exit $?"
