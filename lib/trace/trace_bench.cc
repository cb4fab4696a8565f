// What asking costs once the proxies are computed: prints the time (of the processor) to trace one
// connection through sidecar and gateway, for sets of several sizes and shapes, and the ratio to
// computing the two proxies.
//
// usage: trace_bench [DESTINATIONS...]
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lib/base/bench.h"
#include "lib/mesh/bench_set.h"
#include "lib/resource/load.h"
#include "lib/topology/topology.h"
#include "lib/trace/trace.h"
#include "lib/yaml/bench_floor.h"
#include "lib/yaml/load.h"

namespace {

using namespace egressctl;

constexpr int kFlows = 200;

void measure(mesh::BenchShape shape, const std::vector<int>& sizes) {
  for (const int destinations : sizes) {
    const Source source("bench.yaml", mesh::bench_set(destinations, shape));
    Diagnostics findings;
    const std::vector<yaml::Document> documents = yaml::load(source, findings);
    const std::vector<resource::Resource> resources = resource::load_resources(documents, findings);
    const mesh::Mesh mesh(resources, {});
    const bool own = shape == mesh::BenchShape::OwnNamespaces;
    const auto client = topology::find_proxy(mesh, own ? "client.team-0" : "client.default");
    const trace::Tracer tracer(mesh);
    const auto ask = [&](int number) {
      trace::Request request;
      request.client = *client;
      request.host = fmt::format("host-{}.example.com", own ? 0 : number);  // its team's alone
      request.port = 443;
      return tracer.trace(request);
    };
    const double first = cpu_seconds([&] { static_cast<void>(ask(0)); });
    int delivered = 0;
    const double one = cpu_seconds([&] {
                         for (int i = 0; i < kFlows; ++i)
                           delivered +=
                               ask(i * destinations / kFlows).verdict == trace::Verdict::Delivered;
                       }) /
                       kFlows;
    fmt::print("{:14}  {:12}  {:9}  {:10.4f}  {:8.1f}  {:8.5f}\n", to_string(shape), destinations,
               delivered, first, one * 1e6, one / first);
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<int> sizes = mesh::bench_sizes(count, arguments, {100, 1000, 2500, 10000});
  fmt::print("x: of the first, which computes both proxies\n");
  fmt::print("shape           destinations  delivered     first s   next us         x\n");
  for (const mesh::BenchShape shape : mesh::kBenchShapes) measure(shape, sizes);
}
