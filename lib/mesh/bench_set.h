// Sets of many destinations for the programs that measure: what teams write for each of them, in
// the shapes that installations have.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace egressctl::mesh {

enum class BenchShape {
  OwnGateways,    // a Gateway resource for each destination, all in the gateway's namespace
  SharedGateway,  // one Gateway with a server for each, one DestinationRule with a subset for each
  OwnNamespaces,  // each destination in a namespace of its own, with a client there
};

inline constexpr BenchShape kBenchShapes[] = {BenchShape::OwnGateways, BenchShape::SharedGateway,
                                              BenchShape::OwnNamespaces};

inline const char* to_string(BenchShape shape) {
  switch (shape) {
    case BenchShape::OwnGateways: return "own gateways";
    case BenchShape::SharedGateway: return "shared gateway";
    case BenchShape::OwnNamespaces: return "own namespaces";
  }
  return "";
}

// The numbers among a program's arguments, or those that it measures without any.
inline std::vector<int> bench_sizes(int count, char** arguments, std::vector<int> otherwise) {
  std::vector<int> out;
  for (int i = 1; i < count; ++i) out.push_back(std::atoi(arguments[i]));
  return out.empty() ? otherwise : out;
}

namespace bench {

inline constexpr const char* kGateway = R"(apiVersion: apps/v1
kind: Deployment
metadata: {{name: egress, namespace: istio-egress}}
spec:
  selector: {{matchLabels: {{istio: egress}}}}
  template:
    metadata: {{labels: {{istio: egress}}}}
    spec: {{containers: [{{name: istio-proxy, image: auto}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: egress, namespace: istio-egress}}
spec:
  selector: {{istio: egress}}
  ports: [{{name: tls, port: 443, targetPort: 8443}}]
)";

inline constexpr const char* kClient = R"(---
apiVersion: v1
kind: Namespace
metadata: {{name: {0}, labels: {{istio-injection: enabled}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: client, namespace: {0}}}
spec:
  selector: {{matchLabels: {{app: client}}}}
  template:
    metadata: {{labels: {{app: client}}}}
    spec: {{containers: [{{name: client, image: client}}]}}
)";

// Of {0} the number, {1} the namespace, {2} the Gateway's name.
inline constexpr const char* kEntry = R"(---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: host-{0}
  namespace: {1}
spec:
  hosts:
  - host-{0}.example.com
  location: MESH_EXTERNAL
  ports:
  - number: 443
    name: tls
    protocol: TLS
  resolution: DNS
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: host-{0}
  namespace: {1}
spec:
  hosts:
  - host-{0}.example.com
  gateways:
  - mesh
  - istio-egress/{2}
  tls:
  - match:
    - gateways:
      - mesh
      port: 443
      sniHosts:
      - host-{0}.example.com
    route:
    - destination:
        host: egress.istio-egress.svc.cluster.local
        subset: host-{0}
        port:
          number: 443
  tcp:
  - match:
    - gateways:
      - istio-egress/{2}
      port: 443
    route:
    - destination:
        host: host-{0}.example.com
        port:
          number: 443
)";

inline constexpr const char* kGatewayHead = R"(---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: {0}
  namespace: istio-egress
spec:
  selector:
    istio: egress
  servers:
)";

inline constexpr const char* kServer = R"(  - port:
      number: 443
      name: tls-{0}
      protocol: TLS
    hosts:
    - host-{0}.example.com
    tls:
      mode: ISTIO_MUTUAL
)";

inline constexpr const char* kRuleHead = R"(---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: {0}
  namespace: {1}
spec:
  host: egress.istio-egress.svc.cluster.local
  subsets:
)";

inline constexpr const char* kSubset = R"(  - name: host-{0}
    trafficPolicy:
      portLevelSettings:
      - port:
          number: 443
        tls:
          mode: ISTIO_MUTUAL
          sni: host-{0}.example.com
)";

}  // namespace bench

// The YAML of a set; the client is "client" in namespace "default", or in "team-N" of each
// destination N.
inline std::string bench_set(int destinations, BenchShape shape) {
  using namespace bench;
  const auto add = [](std::string& out, const char* text, const auto&... values) {
    out += fmt::format(fmt::runtime(text), values...);
  };
  const bool shared = shape == BenchShape::SharedGateway;
  const bool own_namespace = shape == BenchShape::OwnNamespaces;
  std::string out;
  std::string servers;
  std::string subsets;
  add(out, kGateway);
  if (!own_namespace) add(out, kClient, "default");
  for (int i = 0; i < destinations; ++i) {
    const std::string name_space = own_namespace ? fmt::format("team-{}", i) : "istio-egress";
    const std::string name = fmt::format("host-{}", i);
    if (own_namespace) add(out, kClient, name_space);
    add(out, kEntry, i, name_space, shared ? "all" : name);
    std::string& gateways = shared ? servers : out;
    if (!shared) add(out, kGatewayHead, name);
    add(gateways, kServer, i);
    std::string& rules = shared ? subsets : out;
    if (!shared) add(out, kRuleHead, name, name_space);
    add(rules, kSubset, i);
  }
  if (!shared) return out;
  add(out, kGatewayHead, "all");
  out += servers;
  add(out, kRuleHead, "all", "istio-egress");
  return out + subsets;
}

}  // namespace egressctl::mesh
