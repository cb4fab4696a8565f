// What computing proxies costs: prints, for sets of several sizes and shapes, the time (of the
// processor) for all proxies of the set - each client's sidecar and the gateway - and the ratio to
// yaml-cpp parsing the same bytes into events that nobody keeps, in the same run.
//
// usage: topology_bench [DESTINATIONS...]
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lib/base/bench.h"
#include "lib/mesh/bench_set.h"
#include "lib/resource/load.h"
#include "lib/topology/topology.h"
#include "lib/yaml/bench_floor.h"
#include "lib/yaml/load.h"

namespace {

using namespace egressctl;

constexpr int kRuns = 3;
constexpr std::size_t kMaxProxies = 20;  // clients differ in little

std::vector<topology::Proxy> proxies_of(const mesh::Mesh& mesh) {
  std::vector<topology::Proxy> out;
  for (const mesh::Workload& workload : mesh.workloads().all())
    if (out.size() < kMaxProxies) out.push_back(topology::proxy_of(mesh, workload));
  return out;
}

void measure(mesh::BenchShape shape, const std::vector<int>& sizes) {
  for (const int destinations : sizes) {
    const std::string text = mesh::bench_set(destinations, shape);
    const Source source("bench.yaml", text);
    Diagnostics findings;
    const std::vector<yaml::Document> documents = yaml::load(source, findings);
    const std::vector<resource::Resource> resources = resource::load_resources(documents, findings);
    const mesh::Mesh mesh(resources, {});
    const std::vector<topology::Proxy> proxies = proxies_of(mesh);
    double shared = 1e9;
    double each = 1e9;
    double floor = 1e9;
    std::size_t clusters = 0;
    for (int run = 0; run < kRuns; ++run) {
      std::unique_ptr<const topology::Computer> computer;
      shared = std::min(shared, cpu_seconds([&] {
                          computer = std::make_unique<const topology::Computer>(mesh);
                        }));
      clusters = 0;
      each = std::min(each, cpu_seconds([&] {
                              for (const topology::Proxy& proxy : proxies)
                                clusters += computer->compute(proxy).clusters.size();
                            }) / static_cast<double>(proxies.size()));
      floor = std::min(floor, cpu_seconds([&] { yaml::parse_only(text); }));
    }
    const double two = shared + 2 * each;  // a client and the gateway
    fmt::print("{:14}  {:12}  {:8}  {:10.4f}  {:10.4f}  {:10.4f}  {:5.2f}  {:7.1f}\n",
               to_string(shape), destinations, clusters / proxies.size(), shared, each, two,
               two / floor, two / destinations * 1e6);
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<int> sizes = mesh::bench_sizes(count, arguments, {100, 1000, 2500, 10000});
  fmt::print("x: of yaml-cpp's bare events over the same bytes; us each: two of them\n");
  fmt::print(
      "shape           destinations  clusters    shared s  a proxy s    two of s      x  us "
      "each\n");
  for (const mesh::BenchShape shape : mesh::kBenchShapes) measure(shape, sizes);
}
