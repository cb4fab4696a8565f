// What explaining access logs costs: prints, for 10,000 to 1,000,000 lines,
// lines and megabytes a second, the ratio to the time in which the same bytes
// are split into lines, the factor a decade, and the peak memory, which does
// not grow with the log.
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lib/base/bench.h"
#include "lib/logs/explain.h"
#include "lib/logs/parse.h"
#include "lib/logs/report.h"

namespace {

using namespace egressctl;
using namespace egressctl::logs;

constexpr std::size_t kWindow = 10000;

// Connections through an SNI proxy, three lines each; every tenth is refused.
std::string line(std::size_t number) {
  const std::size_t connection = number / 3;
  const std::size_t port = 1024 + connection % 60000;
  const std::size_t ms = connection % 1000;
  const bool fails = connection % 10 == 0;
  const std::string start = fmt::format(
      "[2026-11-23T11:{:02}:{:02}.{:03}Z] \"- - -\" 0 {} - - \"-\" "
      "{} {} 46 - \"-\" \"-\" \"-\" "
      "\"-\" ",
      connection / 60000 % 60, connection / 1000 % 60, ms, fails ? "UR" : "-",
      700 + connection % 500, fails ? 0 : 1522);
  switch (number % 3) {
    case 0:
      return start + fmt::format(
                         "\"10.1.0.10:8443\" "
                         "outbound|443|wildcard|istio-egressgateway.istio-"
                         "egress.svc.cluster.local 10.1.0.20:{} "
                         "208.80.153.224:443 10.1.0.20:{} "
                         "host-{}.example.org -",
                         port, port, connection % 100);
    case 1:
      return start +
             "\"185.15.59.224:443\" dynamic_forward_proxy_cluster "
             "10.1.0.10:41152 "
             "envoy://sni_listener/ envoy://internal_client_address/ "
             "host.example.org -";
    default:
      return start + fmt::format(
                         "\"envoy://sni_listener/\" sni_cluster "
                         "envoy://internal_client_address/ "
                         "10.1.0.10:8443 10.1.0.20:{} outbound_.443_.wildcard_.gw -",
                         port);
  }
}

struct Run {
  double split = 0;
  double explain = 0;
  double megabytes = 0;
  std::size_t connections = 0;
};

// A part of the log is made at a time, so that memory is what explaining needs.
Run run(std::size_t lines) {
  constexpr std::size_t kPart = 3000;
  Run out;
  Sums sums;
  Joiner joiner(kWindow, [&](LoggedConnection connection) {
    const Explanation explanation = explain(connection);
    sums.add(connection, explanation);
    out.connections += to_text(
                           {connection, explanation},
                           [](std::string_view) {
                             return std::string_view();
                           }).empty()
                           ? 0
                           : 1;
  });
  std::vector<std::string> part;
  for (std::size_t number = 0; number < lines;) {
    std::string text;
    for (std::size_t i = 0; i < kPart && number < lines; ++i) text += line(number++) + "\n";
    out.megabytes += static_cast<double>(text.size()) / 1e6;
    part.clear();
    out.split += seconds([&] {
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        part.emplace_back(text, at, end - at);
        at = end + 1;
      }
    });
    out.explain += seconds([&] {
      for (std::string& each : part) {
        ParsedLine parsed = parse_line(std::move(each));
        if (parsed.kind == LineKind::Entry) joiner.add(std::move(parsed.entry));
      }
    });
  }
  out.explain += seconds([&] { joiner.finish(); });
  return out;
}

}  // namespace

int main() {
  fmt::print(
      "lines     connections  explain s  lines/s   MB/s  x of splitting "
      " factor a decade  "
      "peak MB\n");
  double before = 0;
  for (const std::size_t lines : {std::size_t{10000}, std::size_t{100000}, std::size_t{1000000}}) {
    const Run done = run(lines);
    fmt::print("{:<9} {:<12} {:<10.3f} {:<9.0f} {:<5.0f} {:<15.1f} {:<16} {:.0f}\n", lines,
               done.connections, done.explain, static_cast<double>(lines) / done.explain,
               done.megabytes / done.explain, done.explain / done.split,
               before > 0 ? fmt::format("{:.1f}", done.explain / before) : "-", peak_megabytes());
    before = done.explain;
  }
  return 0;
}
