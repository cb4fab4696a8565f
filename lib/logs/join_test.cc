#include "lib/logs/join.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/logs/parse.h"

namespace egressctl::logs {
namespace {

constexpr std::string_view kService = "istio-egressgateway.istio-egress.svc.cluster.local";

std::string line(int ms, std::string_view flags, std::string_view failure, int received,
                 std::string_view rest) {
  return fmt::format(
      "[2026-11-23T11:30:57.{:03}Z] \"- - -\" 0 {} - - \"{}\" "
      "{} 0 5 - \"-\" \"-\" \"-\" \"-\" {}",
      ms, flags, failure, received, rest);
}

std::string sidecar(int ms, int port, int received) {
  return line(ms, "-", "-", received,
              fmt::format("\"10.1.0.10:8443\" outbound|443|w|{} 10.1.0.20:{} 1.2.3.4:443 "
                          "10.1.0.20:{} en.wikipedia.org -",
                          kService, port, port + 1));
}

std::string gateway(int ms, int port, int received) {
  return line(ms, "-", "-", received,
              fmt::format("\"envoy://sni/\" sni_cluster envoy://internal_client_address/ "
                          "10.1.0.10:8443 10.1.0.20:{} outbound_.443_.w_.{} -",
                          port, kService));
}

std::string inner(int ms, int received, std::string_view flags = "-") {
  return line(ms, flags, "-", received,
              "\"5.6.7.8:443\" dfp 10.1.0.10:9 envoy://sni/ "
              "envoy://internal_client_address/ "
              "en.wikipedia.org -");
}

// The numbers of the lines of each connection, as they are told.
std::vector<std::vector<std::size_t>> joined(const std::vector<std::string>& lines,
                                             std::size_t window = 100) {
  std::vector<std::vector<std::size_t>> out;
  Joiner joiner(window, [&](LoggedConnection connection) {
    auto& numbers = out.emplace_back();
    for (const LoggedHop& hop : connection.hops) numbers.push_back(hop.entry.line);
    if (connection.hops.size() == 3) {
      CHECK(connection.hops[0].role == Role::Sidecar);
      CHECK(connection.hops[1].role == Role::Gateway);
      CHECK(connection.hops[2].role == Role::InternalListener);
    }
  });
  std::size_t number = 0;
  for (const std::string& text : lines) {
    ParsedLine parsed = parse_line(text);
    REQUIRE(parsed.kind == LineKind::Entry);
    parsed.entry.line = ++number;
    joiner.add(std::move(parsed.entry));
  }
  joiner.finish();
  std::sort(out.begin(), out.end());
  return out;
}

using Numbers = std::vector<std::vector<std::size_t>>;

TEST_CASE("join: the three lines of a connection, in whatever order they come") {
  const std::vector<std::string> lines = {sidecar(100, 4000, 7), gateway(101, 4000, 7),
                                          inner(102, 7)};
  std::vector<int> order = {0, 1, 2};
  do {
    std::vector<std::string> mixed;
    mixed.reserve(order.size());
    for (const int i : order) mixed.push_back(lines[static_cast<std::size_t>(i)]);
    Numbers expected = {{}};
    for (const int i : {0, 1, 2})
      expected[0].push_back(
          static_cast<std::size_t>(std::find(order.begin(), order.end(), i) - order.begin()) + 1);
    CHECK(joined(mixed) == expected);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("join: connections that differ in port or bytes are not mixed") {
  CHECK(joined({sidecar(100, 4000, 7), sidecar(100, 5000, 8), inner(102, 8), inner(102, 7),
                gateway(101, 5000, 8), gateway(101, 4000, 7)}) == Numbers{{1, 6, 4}, {2, 5, 3}});
}

TEST_CASE("join: ports that are used again belong to the connection of their time") {
  const auto at = [](std::string text, std::string_view hour) {
    return text.replace(text.find("T11") + 1, 2, hour);
  };
  const std::vector<std::string> lines = {
      at(sidecar(100, 4000, 7), "10"), at(sidecar(100, 4000, 9), "12"),
      at(gateway(101, 4000, 7), "10"), at(gateway(101, 4000, 9), "12")};
  CHECK(joined(lines) == Numbers{{1, 3}, {2, 4}});
  CHECK(joined({lines[2], lines[3], lines[0], lines[1]}) == Numbers{{3, 1}, {4, 2}});
  CHECK(joined({lines[0], lines[3]}) == Numbers{{1}, {2}});
}

TEST_CASE("join: a refusal behind a failed handshake is found by place and time") {
  const std::string failed =
      line(100, "UF,URX", "TLS_error:|33554536:x:Connection_reset_by_peer:TLS_error_end", 0,
           fmt::format("\"10.1.0.10:8443\" outbound|443|w|{} - 1.2.3.4:443 10.1.0.20:5 "
                       "en.wikipedia.org -",
                       kService));
  const std::string refused =
      line(103, "NR", "-", 0, "\"-\" - - 10.1.0.10:8443 10.1.0.20:77 outbound_.443_.w_.x -");
  const std::string later =
      line(900, "NR", "-", 0, "\"-\" - - 10.1.0.10:8443 10.1.0.20:78 outbound_.443_.w_.x -");
  CHECK(joined({failed, refused, later}) == Numbers{{1, 2}, {3}});
  CHECK(joined({later, refused, failed}) == Numbers{{1}, {3, 2}});
}

TEST_CASE("join: behind the window a connection is told in parts") {
  CHECK(joined({sidecar(100, 4000, 7), sidecar(100, 5000, 8), gateway(101, 4000, 7)}, 1) ==
        Numbers{{1}, {2}, {3}});
  CHECK(joined({sidecar(100, 4000, 7), gateway(101, 4000, 7)}, 0) == Numbers{{1}, {2}});
}

}  // namespace
}  // namespace egressctl::logs
