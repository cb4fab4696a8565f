#include "lib/datapath/spec_roles.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "lib/spec/read.h"
#include "lib/testing/files.h"
#include "lib/testing/golden.h"

namespace egressctl::datapath {
namespace {

using forward::RouteConfig;

// A spec, its plan, and what the plan points into.
struct Planned {
  explicit Planned(std::string text) : source("egress.yaml", std::move(text)) {
    documents = yaml::load(source, diagnostics);
    REQUIRE_EQ(documents.size(), 1);
    spec = spec::read(documents.front(), diagnostics);
    REQUIRE(spec.has_value());
    plan = generate::make_plan(*spec);
  }
  Source source;
  Diagnostics diagnostics;
  std::vector<yaml::Document> documents;
  std::optional<spec::Spec> spec;
  generate::Plan plan;
};

std::string of_destinations(const std::string& destinations, const std::string& policy = "{}") {
  return "apiVersion: egressctl/v1\nkind: Egress\nmetadata: {name: test}\nspec:\n"
         "  clients: [{namespace: default, serviceAccounts: [ubuntu]}]\n  policy: " +
         policy + "\n  destinations:\n" + destinations;
}

const RouteConfig& route_of(const std::vector<RoleListener>& listeners, std::uint16_t port,
                            const std::string& name) {
  for (const RoleListener& listener : listeners)
    if (listener.port == port)
      for (const auto* routes : {&listener.routes, &listener.plain})
        for (const RouteConfig& route : *routes)
          if (std::find(route.names.begin(), route.names.end(), name) != route.names.end())
            return route;
  FAIL("no route for " << name << " at " << port);
  return listeners.front().routes.front();
}

TEST_CASE("a sidecar wraps a flow as the plan has it") {
  const Planned spec(of_destinations(
      "  - {name: open, hosts: [\"*.example.com\"], via: sni-proxy, ports: [443, 8443]}\n"
      "  - {name: cnn, hosts: [edition.cnn.com], via: gateway}\n"));
  Surroundings around;
  around.gateways = {{443, "127.0.0.1", 9000}};
  const auto listeners = sidecar(spec.plan, around);
  REQUIRE_EQ(listeners.size(), 2);
  const RouteConfig& open = route_of(listeners, 443, "*.example.com");
  CHECK_EQ(open.cluster, "outbound|443|open|istio-egressgateway.istio-egress.svc.cluster.local");
  CHECK_EQ(open.host, "127.0.0.1");
  CHECK_EQ(open.port, 9000);
  REQUIRE(open.tls.has_value());
  CHECK_EQ(open.tls->server_name, "open.egress.internal");
  CHECK_EQ(open.tls->alpn, std::vector<std::string>{"istio"});
  CHECK_EQ(
      open.tls->peer_names,
      std::vector<std::string>{"spiffe://cluster.local/ns/istio-egress/sa/istio-egressgateway"});
  CHECK_EQ(route_of(listeners, 8443, "*.example.com").tls->server_name,
           "open-8443.egress.internal");
  CHECK_EQ(route_of(listeners, 443, "edition.cnn.com").tls->server_name, "edition.cnn.com");
  SUBCASE("without an address of the gateway its Service is dialled") {
    const auto in_cluster = sidecar(spec.plan, {});
    CHECK_EQ(route_of(in_cluster, 443, "edition.cnn.com").host,
             "istio-egressgateway.istio-egress.svc.cluster.local");
  }
}

TEST_CASE("a gateway's chain takes the outer name and lists the inner ones") {
  const Planned spec(of_destinations(
      "  - {name: open, hosts: [\"*.example.com\"], via: sni-proxy}\n"
      "  - {name: wiki, hosts: [\"*.wikipedia.org\"], via: common-host, commonHost: "
      "www.wikipedia.org}\n"));
  const auto listeners = gateway(spec.plan, {});
  REQUIRE_EQ(listeners.size(), 1);
  CHECK_EQ(listeners.front().port, 8443);
  const RouteConfig& open = route_of(listeners, 8443, "open.egress.internal");
  REQUIRE(open.termination.has_value());
  CHECK_EQ(open.termination->tls.peer_names,
           std::vector<std::string>{"spiffe://cluster.local/ns/default/sa/ubuntu"});
  CHECK(open.termination->look_inside);
  CHECK_EQ(open.termination->listener, "sni_listener_open");
  const RouteConfig& inner = open.termination->inside.front();
  CHECK_EQ(inner.names, std::vector<std::string>{"*.example.com"});
  CHECK_EQ(inner.cluster, "dynamic_forward_proxy_cluster");
  CHECK_EQ(inner.host, "");
  const RouteConfig& wiki = route_of(listeners, 8443, "wiki.egress.internal");
  CHECK_EQ(wiki.termination->inside.front().host, "www.wikipedia.org");
  CHECK_EQ(wiki.termination->inside.front().cluster, "outbound|443||www.wikipedia.org");
}

TEST_CASE("an inner SNI that the spec leaves alone is not looked at, but of an SNI proxy") {
  const Planned spec(
      of_destinations("  - {name: open, hosts: [\"*.example.com\"], via: sni-proxy}\n"
                      "  - {name: cnn, hosts: [edition.cnn.com], via: gateway}\n",
                      "{innerSni: off, authorize: false}"));
  const auto listeners = gateway(spec.plan, {});
  const RouteConfig& cnn = route_of(listeners, 8443, "edition.cnn.com");
  CHECK_FALSE(cnn.termination->look_inside);
  CHECK_EQ(cnn.host, "edition.cnn.com");
  CHECK(cnn.termination->tls.peer_names.empty());
  CHECK(route_of(listeners, 8443, "open.egress.internal").termination->look_inside);
}

TEST_CASE("strict: the sidecar passes the name on, and the gateway wants it inside, too") {
  const Planned spec(of_destinations(
      "  - {name: open, hosts: [\"*.example.com\"], via: sni-proxy}\n", "{innerSni: strict}"));
  CHECK(route_of(sidecar(spec.plan, {}), 443, "*.example.com").forwards_name);
  const RouteConfig chain = route_of(gateway(spec.plan, {}), 8443, "*.example.com");
  CHECK(chain.termination->same_name);
}

TEST_CASE("plain HTTP becomes TLS at the gateway") {
  const Planned spec(of_destinations(
      "  - {name: api, hosts: [api.example.com], via: originate, ports: [8443], tls: {sni: "
      "front.example.com, subjectAltNames: [back.example.com]}}\n"));
  const auto ends = sidecar(spec.plan, {});
  REQUIRE_EQ(ends.size(), 1);
  CHECK_EQ(ends.front().port, 80);
  CHECK(ends.front().routes.empty());
  CHECK_EQ(ends.front().plain.front().tls->server_name, "api.example.com");
  const RouteConfig chain = route_of(gateway(spec.plan, {}), 8443, "api.example.com");
  CHECK_EQ(chain.port, 8443);
  REQUIRE(chain.tls.has_value());
  CHECK_EQ(chain.tls->server_name, "front.example.com");
  CHECK_EQ(chain.tls->peer_names, std::vector<std::string>{"back.example.com"});
}

TEST_CASE("what no destination lists passes only where the policy lets it") {
  const std::string direct =
      "  - {name: mail, hosts: [smtp.example.net], via: direct, ports: [465]}\n";
  const Planned closed(of_destinations(direct));
  CHECK_EQ(sidecar(closed.plan, {}).front().routes.size(), 1);
  CHECK(gateway(closed.plan, {}).empty());
  const Planned open(of_destinations(direct, "{outbound: ALLOW_ANY}"));
  const auto by_name = sidecar(open.plan, {});
  REQUIRE_EQ(by_name.front().routes.size(), 2);
  CHECK(by_name.front().routes.back().any_name);
  CHECK(by_name.front().plain.empty());
  Surroundings around;
  around.transparent = true;
  const auto redirected = sidecar(open.plan, around);
  CHECK(redirected.front().routes.back().original_destination);
  CHECK(redirected.front().plain.back().original_destination);
}

TEST_CASE("an SNI proxy has the hosts of all flows") {
  const Planned spec(egressctl::testing::read_file(egressctl::testing::testdata() /
                                                   "specs/wildcard-egress-mtls.yaml"));
  const auto listeners = sni_proxy(spec.plan, {});
  CHECK_EQ(route_of(listeners, 443, "*.wikipedia.org").host, "www.wikipedia.org");
  Surroundings around;
  around.upstream = *forward::SocketAddress::parse("127.0.0.1:4433");
  const RouteConfig there = route_of(sni_proxy(spec.plan, around), 443, "*.wikipedia.org");
  CHECK_EQ(there.host, "127.0.0.1");
  CHECK_EQ(there.port, 4433);
}

TEST_CASE("a name to try is one of the hosts") {
  CHECK_EQ(sample_name({"edition.cnn.com"}), "edition.cnn.com");
  CHECK_EQ(sample_name({"*.wikipedia.org"}), "www.wikipedia.org");
  CHECK_EQ(sample_name({"*.com"}), "www.example.com");
}

}  // namespace
}  // namespace egressctl::datapath
