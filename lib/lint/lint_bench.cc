// What linting costs: prints, for sets of several sizes, the time in which all of it is read and
// linted, on one thread and on all cores, and the ratios to yaml-cpp parsing the same bytes into
// events that nobody keeps (the floor; all run by turns in one process).
#include <algorithm>
#include <memory>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "lib/lint/linter.h"
#include "lib/yaml/bench_floor.h"

namespace {

using namespace egressctl;

constexpr std::string_view kGateway = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: egress, namespace: istio-egress}
spec:
  selector: {matchLabels: {istio: egress}}
  template:
    metadata: {labels: {istio: egress}}
    spec: {containers: [{name: istio-proxy, image: auto}]}
---
apiVersion: v1
kind: Service
metadata: {name: egress, namespace: istio-egress}
spec:
  selector: {istio: egress}
  ports: [{name: tls, port: 443, targetPort: 8443}]
)";

// One destination: what a team writes for it.
constexpr std::string_view kDestination = R"(---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: host-{0}
  namespace: istio-egress
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
kind: Gateway
metadata:
  name: host-{0}
  namespace: istio-egress
spec:
  selector:
    istio: egress
  servers:
  - port:
      number: 443
      name: tls
      protocol: TLS
    hosts:
    - host-{0}.example.com
    tls:
      mode: ISTIO_MUTUAL
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: host-{0}
  namespace: istio-egress
spec:
  host: egress.istio-egress.svc.cluster.local
  subsets:
  - name: host-{0}
    trafficPolicy:
      portLevelSettings:
      - port:
          number: 443
        tls:
          mode: ISTIO_MUTUAL
          sni: host-{0}.example.com
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: host-{0}
  namespace: istio-egress
spec:
  hosts:
  - host-{0}.example.com
  gateways:
  - mesh
  - istio-egress/host-{0}
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
      - istio-egress/host-{0}
      port: 443
    route:
    - destination:
        host: host-{0}.example.com
        port:
          number: 443
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: host-{0}
  namespace: istio-egress
spec:
  selector:
    matchLabels:
      istio: egress
  rules:
  - from:
    - source:
        principals: ["cluster.local/ns/team-{0}/sa/default"]
    when:
    - key: connection.sni
      values: ["host-{0}.example.com"]
)";

std::string set_of(int resources) {
  std::string text(kGateway);
  for (int i = 0; i < resources / 5; ++i) text += fmt::format(fmt::runtime(kDestination), i);
  return text;
}

std::size_t lint_all(const std::string& text, std::size_t threads) {
  std::vector<std::unique_ptr<const Source>> sources;
  sources.push_back(std::make_unique<const Source>("bench.yaml", text));
  const lint::Workspace workspace(std::move(sources), threads);
  return lint::lint(workspace, {}, lint::Depth::Everything, threads).size();
}

}  // namespace

int main() {
  fmt::print("{} cores; x: of yaml-cpp's bare events\n", std::thread::hardware_concurrency());
  fmt::print("resources  MB     findings  1 thread s     x  all cores s     x\n");
  for (const int resources : {10, 100, 1000, 10000}) {
    const std::string text = set_of(resources);
    double one = 1e9;
    double all = 1e9;
    double floor = 1e9;
    std::size_t findings = 0;
    for (int run = 0; run < 5; ++run) {
      one = std::min(one, yaml::seconds([&] { findings = lint_all(text, 1); }));
      all = std::min(all, yaml::seconds([&] { findings = lint_all(text, 0); }));
      floor = std::min(floor, yaml::seconds([&] { yaml::parse_only(text); }));
    }
    fmt::print("{:9}  {:5.2f}  {:8}  {:10.4f}  {:4.2f}  {:11.4f}  {:4.2f}\n", resources,
               static_cast<double>(text.size()) / 1e6, findings, one, one / floor, all,
               all / floor);
  }
}
