// Sidecar and gateway, and the mutual TLS between them.
#include <string>

#include <doctest/doctest.h>

#include "lib/forward/test_forwarder.h"
#include "lib/testing/files.h"
#include "lib/testing/temporary_folder.h"

namespace egressctl::forward {
namespace {

using egressctl::testing::read_file;
using egressctl::testing::TemporaryFolder;
using testing::address_of;
using testing::check_same;
using testing::config_with;
using testing::counters_of;
using testing::exchange;
using testing::hello_for;
using testing::kAlert;
using testing::kClientId;
using testing::kHost;
using testing::Mesh;
using testing::noise;
using testing::route_to;
using testing::start;
using testing::Upstream;

TEST_CASE("mutual TLS from a sidecar to a gateway") {
  const Mesh mesh;
  const Upstream upstream(Upstream::echo);
  const TemporaryFolder folder;
  const std::string log = folder.path() / "gateway.log";
  Config gateway_config =
      config_with({mesh.terminating({route_to(upstream.address(), {"*.example.com"})})});
  gateway_config.access_log = log;
  {
    const auto gateway = start(gateway_config);
    const auto sidecar = start(config_with({mesh.wrapping(address_of(*gateway))}));
    for (const std::size_t size : {0U, 1U, 1000U, 100'000U, 10'000'000U}) {
      CAPTURE(size);
      const std::string payload = noise(size, size + 1);
      check_same(exchange(address_of(*sidecar), kHost, payload), hello_for(kHost) + payload);
    }
    CHECK_EQ(exchange(address_of(*sidecar), "www.example.net", ""), kAlert);
    // As Envoy counts them: those with clients by listener, those with gateways by cluster.
    CHECK_EQ(counters_of(*gateway).tls.handshakes.value(), 5);
    CHECK_GE(counters_of(*gateway).tls.resumed.value(), 1);
    CHECK_EQ(counters_of(*sidecar).tls.handshakes.value(), 0);
    const TlsCounters& upstream_tls = sidecar->clusters().begin()->second.front()->tls;
    CHECK_EQ(upstream_tls.handshakes.value(), 5);
    CHECK_GE(upstream_tls.resumed.value(), 1);
  }
  const std::string lines = read_file(log);
  CAPTURE(lines);
  CHECK_NE(lines.find("envoy://sni_listener/ envoy://internal_client_address/ www.example.com -"),
           std::string::npos);
  CHECK_NE(lines.find("\"envoy://sni_listener/\" sni_cluster envoy://internal_client_address/ "),
           std::string::npos);
}

TEST_CASE("a gateway looks at the name inside") {
  const Mesh mesh;
  const Upstream upstream(Upstream::echo);
  const auto gateway = start(config_with({mesh.terminating({route_to(upstream.address())})}));
  const auto sidecar = start(config_with({mesh.wrapping(address_of(*gateway))}));
  CHECK_EQ(exchange(address_of(*sidecar), kHost, "x"), hello_for(kHost) + "x");
  CHECK_EQ(exchange(address_of(*sidecar), "other.example.com", ""), kAlert);
  CHECK_EQ(upstream.accepted(), 1);
}

TEST_CASE("neither end of mutual TLS talks to strangers") {
  const Mesh mesh;
  const Mesh strangers;
  const Upstream upstream(Upstream::echo);
  const auto gateway =
      start(config_with({mesh.terminating({route_to(upstream.address(), {"*.example.com"})})}));
  const auto fails = [&](const TlsConfig& tls) {
    RouteConfig route = mesh.wrapping(address_of(*gateway));
    route.tls = tls;
    const auto sidecar = start(config_with({route}));
    CHECK_EQ(exchange(address_of(*sidecar), kHost, "x"), "");
    CHECK_EQ(upstream.accepted(), 0);
  };
  SUBCASE("a client of another CA") {
    fails(strangers.client_tls());
  }
  SUBCASE("a gateway of another name") {
    TlsConfig tls = mesh.client_tls();
    tls.peer_names = {"spiffe://cluster.local/ns/istio-egress/sa/another"};
    fails(tls);
  }
  SUBCASE("a client whose certificate has ended") {
    TlsConfig tls = mesh.client_tls();
    tls.given = *mesh.authority.issue(
        {.uris = {kClientId}, .hosts = {}, .lasts = std::chrono::seconds(-60)});
    fails(tls);
  }
  SUBCASE("a client without a certificate") {
    TlsConfig tls = mesh.client_tls();
    tls.given.certificates.clear();
    tls.given.key.clear();
    fails(tls);
  }
}

}  // namespace
}  // namespace egressctl::forward
