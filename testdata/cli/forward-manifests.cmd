# Proxies of manifests, as istiod would configure them.
topology="$TESTDATA/topology"
run() { scenario=$1; shift; egressctl forward --all-in-one --upstream-lab --admin-address off --listen 127.0.0.1:0 --access-log log "$topology/$scenario/manifests.yaml" --exec "$@" 2>&1 | sed "s|$TESTDATA/||"; }
title='grep -o "<title>.*</title>"'
run sni-proxy "curl -sS https://de.wikipedia.org/ | $title; curl -sS https://www.example.com/ | $title"
sort log | sed 's/ .* - - \(.*\)/ \1/' | grep -o '^[a-z-]*\|dynamic_forward_proxy_cluster\|PassthroughCluster' | paste -sd ' '; rm log
run registry-only "curl -sS https://de.wikipedia.org/ | $title; curl -s -o /dev/null https://www.example.com/; echo \"curl: \$?\"" --mesh-config "$topology/registry-only/meshconfig.yaml"; rm log
run tls-origination-at-gateway "curl -sS http://edition.cnn.com/ | $title"; rm log
# What one proxy alone needs.
egressctl forward --proxy ubuntu.default "$topology/sni-proxy/manifests.yaml" --check 2>&1 | sed "s|$TESTDATA/||"
egressctl forward --proxy nobody.default "$topology/sni-proxy/manifests.yaml" --check; echo "exit code $?"
egressctl forward "$topology/sni-proxy/manifests.yaml"; echo "exit code $?"
egressctl forward --proxy egw-1.istio-egress; echo "exit code $?"
egressctl forward --proxy egw-1.istio-egress --all-in-one "$topology/sni-proxy/manifests.yaml"; echo "exit code $?"
egressctl forward --proxy egw-1.istio-egress "$topology/passthrough-gateway/manifests.yaml" --check; echo "exit code $?"
