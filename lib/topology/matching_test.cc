#include "lib/topology/matching.h"

#include <doctest/doctest.h>

namespace egressctl::topology {
namespace {

FilterChain chain(std::string name, std::vector<std::string> names, std::string transport = {},
                  std::vector<std::string> alpn = {}, std::vector<std::string> ranges = {}) {
  FilterChain out;
  out.name = std::move(name);
  out.match.server_names = std::move(names);
  out.match.transport_protocol = std::move(transport);
  out.match.application_protocols = std::move(alpn);
  out.match.prefix_ranges = std::move(ranges);
  return out;
}

std::string taken(const Listener& listener, const Connection& connection) {
  const FilterChain* found = find_chain(listener, connection);
  return found != nullptr ? found->name : "none";
}

Connection tls(std::string sni, std::vector<std::string> alpn = {}) {
  return {.address = {}, .port = 443, .tls = true, .sni = std::move(sni), .alpn = std::move(alpn)};
}

TEST_CASE("matching: exact names before wildcards, long wildcards before short ones") {
  Listener listener;
  listener.filter_chains = {chain("org", {"*.org"}), chain("wiki", {"*.wikipedia.org"}),
                            chain("en", {"en.wikipedia.org"})};
  CHECK(taken(listener, tls("en.wikipedia.org")) == "en");
  CHECK(taken(listener, tls("EN.wikipedia.org")) == "en");
  CHECK(taken(listener, tls("de.wikipedia.org")) == "wiki");
  CHECK(taken(listener, tls("a.b.wikipedia.org")) == "wiki");
  CHECK(taken(listener, tls("wikipedia.org")) == "org");
  CHECK(taken(listener, tls("example.com")) == "none");
  CHECK(taken(listener, tls("")) == "none");
  listener.default_filter_chain = chain("rest", {});
  CHECK(taken(listener, tls("example.com")) == "rest");
}

TEST_CASE("matching: there is no way back from the most specific name") {
  Listener listener;
  listener.filter_chains = {chain("plain name", {"a.example"}, "raw_buffer"),
                            chain("any TLS", {}, "tls")};
  CHECK(taken(listener, tls("a.example")) == "none");
  CHECK(taken(listener, tls("b.example")) == "any TLS");
}

TEST_CASE("matching: transport, ALPN and the longest range") {
  Listener listener;
  listener.filter_chains = {chain("http", {}, "raw_buffer", {"http/1.1", "h2c"}),
                            chain("wide", {}, {}, {}, {"10.0.0.0/8"}),
                            chain("narrow", {}, {}, {}, {"10.1.0.0/16"})};
  CHECK(taken(listener, {"10.1.2.3", 80, false, "", {}}) == "narrow");
  CHECK(taken(listener, {"10.2.2.3", 80, false, "", {}}) == "wide");
  CHECK(taken(listener, {"192.0.2.1", 80, false, "", {"http/1.1"}}) == "http");
  CHECK(taken(listener, {"192.0.2.1", 80, false, "", {}}) == "none");
}

TEST_CASE("matching: virtual hosts by domain, ports and case aside") {
  RouteConfiguration routes;
  routes.virtual_hosts.resize(3);
  routes.virtual_hosts[0].domains = {"*"};
  routes.virtual_hosts[1].domains = {"*.example.com"};
  routes.virtual_hosts[2].domains = {"a.example.com"};
  CHECK(find_virtual_host(routes, "A.example.com:80") == &routes.virtual_hosts[2]);
  CHECK(find_virtual_host(routes, "b.example.com") == &routes.virtual_hosts[1]);
  CHECK(find_virtual_host(routes, "example.net") == &routes.virtual_hosts[0]);
}

}  // namespace
}  // namespace egressctl::topology
