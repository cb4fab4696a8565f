// What linting costs: prints, for sets of several sizes, the time in which all of it is read and
// linted, on one thread (time of the processor) and on all cores, and the ratios to what yaml-cpp
// takes for the same bytes: to read them (YAML::LoadAll), and only to parse them into events that
// nobody keeps; all run by turns in one process. And how the time grows and what memory it takes;
// for each shape of sets.
//
// usage: lint_bench [DESTINATIONS...]
//        lint_bench --once SHAPE DESTINATIONS   lints one set, shape 0, 1 or 2, and tells nothing
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include "lib/base/bench.h"
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

// The most memory, in MB, that a process of its own takes for it. Linux counts what this one took
// until now with it, so it is to be asked first.
double memory_of(BenchShape shape, int destinations) {
  std::string program = "lint_bench";
  std::string once = "--once";
  std::string which = std::to_string(static_cast<int>(shape));
  std::string size = std::to_string(destinations);
  char* arguments[] = {program.data(), once.data(), which.data(), size.data(), nullptr};
  pid_t child = 0;
  if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments, environ) != 0) return 0;
  rusage usage{};
  int status = 0;
  wait4(child, &status, 0, &usage);
  return peak_megabytes(usage);
}

void measure(BenchShape shape, const std::vector<int>& sizes, const std::vector<double>& memory) {
  for (std::size_t size = 0; size < sizes.size(); ++size) {
    const int destinations = sizes[size];
    const std::string text = mesh::bench_set(destinations, shape);
    double one = 1e9;
    double one_floor = 1e9;
    double one_load = 1e9;
    double all = 1e9;
    double load = 1e9;
    std::size_t findings = 0;
    const int runs = destinations > 5000 ? 2 : kRuns;
    for (int run = 0; run < runs; ++run) {
      one = std::min(one, cpu_seconds([&] { findings = lint_all(text, 1); }));
      one_floor = std::min(one_floor, cpu_seconds([&] { yaml::parse_only(text); }));
      one_load = std::min(one_load, cpu_seconds([&] { yaml::load_only(text); }));
      all = std::min(all, seconds([&] { findings = lint_all(text, 0); }));
      load = std::min(load, seconds([&] { yaml::load_only(text); }));
    }
    fmt::print(
        "{:14}  {:12}  {:5.2f}  {:8}  {:10.4f}  {:5.2f}  {:9.2f}  {:7.1f}  {:11.4f}  {:5.2f}  "
        "{:9.0f}\n",
        to_string(shape), destinations, static_cast<double>(text.size()) / 1e6, findings, one,
        one / one_load, one / one_floor, one / destinations * 1e6, all, all / load, memory[size]);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 4 && std::strcmp(arguments[1], "--once") == 0) {
    const BenchShape shape = mesh::kBenchShapes[std::atoi(arguments[2]) % 3];
    static_cast<void>(lint_all(mesh::bench_set(std::atoi(arguments[3]), shape), 0));
    return 0;
  }
  const std::vector<int> sizes = mesh::bench_sizes(count, arguments, {25, 250, 2500});
  fmt::print("{} cores; x: of YAML::LoadAll on one; us each: of one thread's time\n",
             std::thread::hardware_concurrency());
  fmt::print(
      "shape           destinations     MB  findings  1 thread s      x  of events  us each  "
      "all cores s      x  MB of RAM\n");
  std::vector<std::vector<double>> memory;
  for (const BenchShape shape : mesh::kBenchShapes) {
    memory.emplace_back();
    for (const int destinations : sizes) memory.back().push_back(memory_of(shape, destinations));
  }
  auto of_shape = memory.begin();
  for (const BenchShape shape : mesh::kBenchShapes) measure(shape, sizes, *of_shape++);
}
