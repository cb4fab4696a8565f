// What becomes of connections while a forwarder is reloaded or drained.
#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "lib/forward/test_forwarder.h"

namespace egressctl::forward {
namespace {

using testing::address_of;
using testing::config_with;
using testing::connect_to;
using testing::exchange;
using testing::hello_for;
using testing::kClientId;
using testing::kGatewayId;
using testing::kHost;
using testing::Mesh;
using testing::noise;
using testing::receive_all;
using testing::receive_some;
using testing::route_to;
using testing::send_all;
using testing::start;
using testing::Upstream;
using testing::wait_until;

TEST_CASE("fault: reloads under load lose no connection and no byte") {
  const Upstream upstream(Upstream::echo);
  const Mesh mesh;
  const auto gateway =
      start(config_with({mesh.terminating({route_to(upstream.address(), {"*.example.com"})})}));
  const auto plain = start(config_with({route_to(upstream.address())}));
  const auto sidecar = start(config_with({mesh.wrapping(address_of(*gateway))}));
  std::atomic<bool> stopping{false};
  std::atomic<int> wrong{0};
  std::atomic<int> done{0};
  std::vector<std::thread> clients;
  for (std::uint64_t i = 0; i < 4; ++i)
    clients.emplace_back([&, i] {
      for (std::uint64_t n = 0; !stopping; ++n) {
        const std::string payload = noise(200'000, i * 1000 + n + 1);
        const Forwarder& way = i % 2 == 0 ? *plain : *sidecar;
        if (exchange(address_of(way), kHost, payload) != hello_for(kHost) + payload) ++wrong;
        ++done;
      }
    });
  for (int i = 0; i < 30 || done < 40; ++i) {
    REQUIRE(plain->reload(config_with({route_to(upstream.address())})));
    // Fresh certificates each time; the sidecar's are those of the same CA.
    RouteConfig ending = mesh.terminating({route_to(upstream.address(), {"*.example.com"})});
    ending.termination->tls.given = *mesh.authority.issue({.uris = {kGatewayId}, .hosts = {}});
    REQUIRE(gateway->reload(config_with({ending})));
    RouteConfig wrapping = mesh.wrapping(address_of(*gateway));
    wrapping.tls->given = *mesh.authority.issue({.uris = {kClientId}, .hosts = {}});
    REQUIRE(sidecar->reload(config_with({wrapping})));
    CHECK_FALSE(plain->reload(config_with({route_to(upstream.address(), {"not a host"})})));
  }
  stopping = true;
  for (std::thread& client : clients) client.join();
  CHECK_EQ(wrong, 0);
  CHECK_EQ(plain->counters().reloads.value(), plain->counters().reload_failures.value());
}

TEST_CASE("fault: a drain serves those that the system has taken already") {
  const Upstream upstream(Upstream::echo);
  const auto forwarder = start(config_with({route_to(upstream.address())}));
  std::vector<std::thread> clients;
  std::atomic<int> right{0};
  std::atomic<int> sent{0};
  constexpr int kClients = 30;
  clients.reserve(kClients);
  for (int i = 0; i < kClients; ++i)
    clients.emplace_back([&] {
      const UniqueFd fd = connect_to(address_of(*forwarder));
      send_all(fd.get(), hello_for(kHost));
      ++sent;
      if (receive_some(fd.get(), hello_for(kHost).size()) == hello_for(kHost)) ++right;
    });
  CHECK(wait_until([&] { return sent == kClients; }));
  forwarder->drain();
  for (std::thread& client : clients) client.join();
  CHECK_EQ(right, kClients);
  CHECK(wait_until([&] { return forwarder->drained(); }));
  bool refused = false;
  CHECK_EQ(receive_all(connect_to(address_of(*forwarder)).get(), &refused), "");
  CHECK(refused);
}

}  // namespace
}  // namespace egressctl::forward
