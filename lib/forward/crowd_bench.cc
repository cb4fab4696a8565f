// What connections cost when there are many: prints, for growing numbers of them that are open at
// the same time, the processor's time and the memory that the forwarder takes for each, and the
// ratios to the first line. Flat is 1.
//
// usage: crowd_bench [CONNECTIONS...]   of an SNI proxy, on one worker, idle; default: 100 1000
// 8000
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lib/base/bench.h"
#include "lib/forward/forwarder.h"
#include "lib/forward/test_crowd.h"

namespace {

using namespace egressctl;
using forward::testing::Crowd;

// Of this process, in KiB.
double memory() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("VmRSS:")) return std::atof(line.c_str() + 6);
  return 0;
}

struct Cost {
  double opening = 0;  // us a connection
  double passing = 0;  // us a connection, of 100 bytes each way
  double memory = 0;   // KiB a connection
};

Cost measure(std::uint32_t count) {
  Crowd crowd;
  forward::Config config;
  config.workers = 1;
  forward::ListenerConfig listener;
  listener.name = "bench";
  listener.address = *forward::SocketAddress::parse("127.0.0.1:0");
  forward::RouteConfig route;
  route.names = {"www.example.com"};
  route.host = crowd.upstream().ip.to_string();
  route.port = crowd.upstream().port;
  listener.routes = {route};
  config.listeners = {listener};
  const auto forwarder = forward::Forwarder::start(config);
  if (!forwarder) {
    fmt::print(stderr, "{}\n", forwarder.error().message);
    std::exit(1);
  }
  const double before = memory();
  bool right = true;
  Cost out;
  const auto each = [&](double seconds) { return seconds * 1e6 / count; };
  out.opening = each(
      cpu_seconds([&] { right = crowd.open((*forwarder)->listeners().front().address, count); }));
  out.memory = (memory() - before) / count;
  out.passing = each(cpu_seconds([&] { right = crowd.exchange() && right; }));
  if (!right) {
    fmt::print(stderr, "{} connections: not all went through\n", count);
    std::exit(1);
  }
  return out;
}

}  // namespace

int main(int argument_count, char** arguments) {
  std::vector<std::uint32_t> counts;
  for (int i = 1; i < argument_count; ++i)
    counts.push_back(static_cast<std::uint32_t>(std::atoi(arguments[i])));
  if (counts.empty()) counts = {100, 1000, 8000};
  forward::testing::raise_descriptors();
  fmt::print("connections  us to open     x  us to pass     x  KiB     x\n");
  Cost first;
  for (const std::uint32_t count : counts) {
    const Cost cost = measure(count);
    if (first.opening == 0) first = cost;
    fmt::print("{:11}  {:10.1f}  {:4.2f}  {:10.1f}  {:4.2f}  {:3.1f}  {:4.2f}\n", count,
               cost.opening, cost.opening / first.opening, cost.passing,
               cost.passing / first.passing, cost.memory, cost.memory / first.memory);
    std::fflush(stdout);
  }
}
