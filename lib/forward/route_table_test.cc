#include "lib/forward/route_table.h"

#include <cstdint>
#include <map>
#include <string>

#include <doctest/doctest.h>

namespace egressctl::forward {
namespace {

Route route(std::vector<std::string> names, std::string cluster) {
  Route out;
  out.names = std::move(names);
  out.cluster = std::move(cluster);
  return out;
}

std::string found(const RouteTable& table, std::string_view name) {
  const Route* route = table.find(name);
  return route != nullptr ? route->cluster : "";
}

TEST_CASE("routes: exact before wildcard, the longest wildcard first") {
  const RouteTable table({route({"*.example.com", "example.com"}, "wide"),
                          route({"*.eu.example.com"}, "europe"), route({"www.example.com"}, "www"),
                          route({"*.example.com"}, "late")});
  CHECK(found(table, "www.example.com") == "www");
  CHECK(found(table, "a.example.com") == "wide");
  CHECK(found(table, "a.b.c.example.com") == "wide");
  CHECK(found(table, "a.eu.example.com") == "europe");
  CHECK(found(table, "eu.example.com") == "wide");
  CHECK(found(table, "example.com") == "wide");
}

TEST_CASE("routes: what none names has none") {
  const RouteTable table({route({"*.example.com"}, "wide")});
  for (const char* name : {"example.com", "badexample.com", "example.com.evil.org", "com", ""}) {
    CAPTURE(name);
    CHECK(table.find(name) == nullptr);
  }
  CHECK(RouteTable().find("a.example.com") == nullptr);
}

TEST_CASE("a choice is taken as often as its weight says") {
  Route heavy = route({}, "heavy");
  heavy.weight = 3;
  Route none = route({}, "none");
  none.weight = 0;
  Route split = route({"a.example.com"}, "split");
  Route inner = route({}, "inner");
  inner.choices = {route({}, "left"), route({}, "right")};
  inner.weight = 2;
  split.choices = {none, heavy, inner};
  std::map<std::string, int> taken;
  for (std::uint64_t i = 0; i < 1000; ++i) ++taken[split.taken(i).cluster];
  CHECK(taken == std::map<std::string, int>{{"heavy", 600}, {"left", 200}, {"right", 200}});
  CHECK(heavy.taken(7).cluster == "heavy");
}

TEST_CASE("names that nobody may ask for") {
  CHECK(refusal_of("www.example.com").empty());
  CHECK(refusal_of("") == "no name");
  CHECK(refusal_of("10.0.0.1") == "an IP address");
  CHECK(refusal_of("::1") == "an IP address");
  CHECK(refusal_of("localhost") == "no domain");
  CHECK(refusal_of("kubernetes") == "no domain");
  CHECK(refusal_of("*.example.com") == "not a host name");
  CHECK(refusal_of("a b.example") == "not a host name");
  CHECK(refusal_of("www.example.com.") == "not a host name");
  CHECK(refusal_of(std::string(64, 'a') + ".example") == "not a host name");
}

}  // namespace
}  // namespace egressctl::forward
