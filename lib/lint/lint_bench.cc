// What linting costs: prints, for sets of several sizes, the time in which all of it is read and
// linted, on one thread (time of the processor) and on all cores, and the ratios to yaml-cpp
// parsing the same bytes into events that nobody keeps (the floor; all run by turns in one
// process), how the time grows and what memory it takes; for each shape of sets.
//
// usage: lint_bench [DESTINATIONS...]
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "lib/lint/linter.h"
#include "lib/mesh/bench_set.h"
#include "lib/yaml/bench_floor.h"

namespace {

using namespace egressctl;
using mesh::BenchShape;

constexpr int kRuns = 5;

std::size_t lint_all(const std::string& text, std::size_t threads) {
  std::vector<std::unique_ptr<const Source>> sources;
  sources.push_back(std::make_unique<const Source>("bench.yaml", text));
  const lint::Workspace workspace(std::move(sources), threads);
  return lint::lint(workspace, {}, lint::Depth::Everything, threads).size();
}

// The most memory, in MB, that a process of its own takes for it.
double memory_of(const std::string& text) {
  const pid_t child = fork();
  if (child == 0) {
    static_cast<void>(lint_all(text, 0));
    _exit(0);
  }
  rusage usage{};
  int status = 0;
  wait4(child, &status, 0, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1e3;
}

void measure(BenchShape shape, const std::vector<int>& sizes) {
  for (const int destinations : sizes) {
    const std::string text = mesh::bench_set(destinations, shape);
    double one = 1e9;
    double one_floor = 1e9;
    double all = 1e9;
    double floor = 1e9;
    std::size_t findings = 0;
    const int runs = destinations > 5000 ? 2 : kRuns;
    for (int run = 0; run < runs; ++run) {
      one = std::min(one, yaml::cpu_seconds([&] { findings = lint_all(text, 1); }));
      one_floor = std::min(one_floor, yaml::cpu_seconds([&] { yaml::parse_only(text); }));
      all = std::min(all, yaml::seconds([&] { findings = lint_all(text, 0); }));
      floor = std::min(floor, yaml::seconds([&] { yaml::parse_only(text); }));
    }
    fmt::print(
        "{:14}  {:12}  {:5.2f}  {:8}  {:10.4f}  {:4.2f}  {:7.1f}  {:11.4f}  {:4.2f}  {:9.0f}\n",
        to_string(shape), destinations, static_cast<double>(text.size()) / 1e6, findings, one,
        one / one_floor, one / destinations * 1e6, all, all / floor, memory_of(text));
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<int> sizes = mesh::bench_sizes(count, arguments, {100, 1000, 2500, 10000});
  fmt::print("{} cores; x: of yaml-cpp's bare events on one; us each: of one thread's time\n",
             std::thread::hardware_concurrency());
  fmt::print(
      "shape           destinations     MB  findings  1 thread s     x  us each  all cores s"
      "     x  MB of RAM\n");
  for (const BenchShape shape : mesh::kBenchShapes) measure(shape, sizes);
}
