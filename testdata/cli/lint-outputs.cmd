# Several forms at once: one on standard output, the others in files.
cp "$TESTDATA/lint/cases/EGR0404-no-sni/bad.yaml" set.yaml
egressctl lint -o concise -o sarif=out.sarif -o junit=out.xml -o gitlab=out.json -o rdjsonl=out.rdjsonl set.yaml; echo "exit $?"
wc -l out.sarif out.xml out.json out.rdjsonl
egressctl lint -o text -o json set.yaml; echo "exit $?"
egressctl lint -o sarif=no/such/\ folder/\*/x -o concise set.yaml >/dev/null; ls no/such/*/
egressctl lint -o sarif= set.yaml; echo "exit $?"
