// What check_structure() costs: prints the microseconds a resource of a small set, beside those of
// loading it.
//
// usage: structure_bench [FILE...]
#include <fstream>
#include <sstream>
#include <string>

#include <fmt/format.h>

#include "lib/base/bench.h"
#include "lib/resource/load.h"
#include "lib/resource/schema/tables.h"
#include "lib/resource/structure.h"
#include "lib/yaml/load.h"

namespace {

using namespace egressctl;

std::string set_of(int number) {
  return fmt::format(
      "---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata:\n  name: host-{0}\n"
      "  namespace: istio-egress\n  labels: {{app.kubernetes.io/managed-by: bench}}\nspec:\n"
      "  hosts: [\"*.wild-{0}.org\", host-{0}.example.com]\n  exportTo: [\".\", default]\n"
      "  location: MESH_EXTERNAL\n  ports:\n  - {{number: 443, name: tls, protocol: TLS}}\n"
      "  resolution: DNS\n"
      "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: host-{0}\n"
      "spec:\n  hosts: [host-{0}.example.com]\n  gateways: [mesh, istio-egress/gateway]\n  tls:\n"
      "  - match:\n    - {{gateways: [mesh], port: 443, sniHosts: [host-{0}.example.com]}}\n"
      "    route:\n    - destination: {{host: gateway.istio-egress.svc.cluster.local, subset: a, "
      "port: {{number: 443}}}}\n"
      "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata:\n  name: "
      "host-{0}\n"
      "spec:\n  host: host-{0}.example.com\n  subsets:\n  - name: a\n    trafficPolicy:\n"
      "      tls: {{mode: ISTIO_MUTUAL, sni: host-{0}.example.com}}\n"
      "---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata:\n  name: host-{0}\nspec:\n"
      "  selector: {{istio: egressgateway}}\n  servers:\n"
      "  - port: {{number: 443, name: tls, protocol: TLS}}\n    hosts: [host-{0}.example.com]\n"
      "    tls: {{mode: PASSTHROUGH}}\n",
      number);
}

}  // namespace

int main(int count, char** arguments) {
  std::string text;
  for (int i = 1; i < count; ++i) {
    std::ifstream in(arguments[i], std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    text += "---\n" + out.str() + "\n";
  }
  constexpr int kSets = 2500;
  if (text.empty())
    for (int i = 0; i < kSets; ++i) text += set_of(i);
  const Source source("bench.yaml", std::move(text));
  Diagnostics findings;
  const std::vector<yaml::Document> documents = yaml::load(source, findings);
  std::vector<resource::Resource> resources;
  const double tables = 1e6 * seconds([] { static_cast<void>(resource::built_in_schemas()); });
  const double loading =
      1e6 * seconds([&] {
        resources = resource::load_resources(documents, findings, {.report_wrong_types = false});
      });
  const double checking = 1e6 * seconds([&] {
                            for (const resource::Resource& resource : resources)
                              resource::check_structure(resource, findings);
                          });
  const auto per_resource = [&](double total) {
    return total / static_cast<double>(resources.size());
  };
  fmt::print("{} resources, {} findings\n", resources.size(), findings.size());
  fmt::print("tables  {:8.1f} us once\n", tables);
  fmt::print("load    {:8.2f} us a resource\n", per_resource(loading));
  fmt::print("check   {:8.2f} us a resource, {:.2f}x of load\n", per_resource(checking),
             checking / loading);
  return 0;
}
