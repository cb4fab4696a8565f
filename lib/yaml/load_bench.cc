// What positions, decoded scalars and the checks cost: prints, for documents of several counts, the
// time in which yaml::load reads a stream, and its ratio to yaml-cpp parsing the same bytes into
// events that nobody keeps (the floor; both run by turns in one process).
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "lib/base/bench.h"
#include "lib/yaml/bench_floor.h"
#include "lib/yaml/load.h"

namespace {

using namespace egressctl;

std::string stream_of(int documents) {
  std::string text;
  for (int i = 0; i < documents; ++i)
    text += fmt::format(
        "---\n# Host {0} of many.\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\n"
        "metadata:\n  name: host-{0}\n  namespace: istio-egress\n  labels:\n"
        "    app.kubernetes.io/managed-by: \"bench\"\nspec:\n  hosts: [\"*.wild-{0}.org\", "
        "host-{0}.example.com]\n  exportTo: [\".\", default]\n  location: MESH_EXTERNAL\n"
        "  ports:\n  - number: 443\n    name: tls\n    protocol: TLS\n  resolution: DNS\n",
        i);
  return text;
}

}  // namespace

int main() {
  fmt::print("documents  MB     load s  MB/s  x of yaml-cpp's bare events\n");
  for (const int documents : {10, 100, 1000, 10000}) {
    const std::string text = stream_of(documents);
    const Source source("bench.yaml", text);
    double load = 1e9;
    double floor = 1e9;
    for (int run = 0; run < 5; ++run) {
      load = std::min(load, seconds([&] {
                        Diagnostics diagnostics;
                        (void)yaml::load(source, diagnostics);
                      }));
      floor = std::min(floor, seconds([&] { yaml::parse_only(text); }));
    }
    const double megabytes = static_cast<double>(text.size()) / 1e6;
    fmt::print("{:9}  {:5.2f}  {:6.4f}  {:4.1f}  {:4.2f}\n", documents, megabytes, load,
               megabytes / load, load / floor);
  }
}
