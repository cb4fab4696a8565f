// Who is let through, and to where.

#include <vector>

#include <doctest/doctest.h>

#include "lib/forward/test_forwarder.h"

namespace egressctl::forward {
namespace {

using testing::address_of;
using testing::check_same;
using testing::config_with;
using testing::connect_to;
using testing::counters_of;
using testing::exchange;
using testing::hello_for;
using testing::kAlert;
using testing::kHost;
using testing::receive_all;
using testing::receive_some;
using testing::route_to;
using testing::send_all;
using testing::start;
using testing::Upstream;

TEST_CASE("what has no route is told so and goes nowhere") {
  const Upstream upstream(Upstream::echo);
  const auto forwarder = start(config_with({route_to(upstream.address())}));
  for (const char* name : {"evil.example.net", "example.com", "a.www.example.com", "127.0.0.1"}) {
    CAPTURE(name);
    CHECK_EQ(exchange(address_of(*forwarder), name, ""), kAlert);
  }
  const UniqueFd plain = connect_to(address_of(*forwarder));
  send_all(plain.get(), "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
  CHECK_EQ(receive_all(plain.get()), "");
  CHECK_EQ(upstream.accepted(), 0);
  CHECK_EQ(counters_of(*forwarder).refused.value(), 5);
}

TEST_CASE("names do not lead to addresses that are not of the internet") {
  const Upstream upstream(Upstream::echo);
  RouteConfig route;
  route.names = {kHost};
  route.port = upstream.address().port;
  Config config = config_with({route});
  config.resolver.hosts[kHost] = {*IpAddress::parse("127.0.0.1")};
  {
    const auto forwarder = start(config);
    CHECK_EQ(exchange(address_of(*forwarder), kHost, ""), kAlert);
    CHECK_EQ(forwarder->counters().denied_addresses.value(), 1);
  }
  CHECK_EQ(upstream.accepted(), 0);
  config.allowed = {*IpRange::parse("127.0.0.0/8")};
  const auto forwarder = start(config);
  CHECK_EQ(exchange(address_of(*forwarder), kHost, "x"), hello_for(kHost) + "x");
}

TEST_CASE("a forwarder does not dial itself") {
  RouteConfig route;
  route.names = {kHost};
  Config config = config_with({route});
  const char* listening = "127.0.0.1:0";
  const char* dialled = "127.0.0.1";
  SUBCASE("by its address") {}
  SUBCASE("by one of all the addresses") {
    listening = "0.0.0.0:0";
  }
  SUBCASE("by another one of the machine itself") {
    listening = "0.0.0.0:0";
    dialled = "127.1.2.3";
  }
  SUBCASE("by no address") {
    listening = "0.0.0.0:0";
    dialled = "0.0.0.0";
  }
  // The port must be known before.
  const UniqueFd socket = *listen_on(*SocketAddress::parse(listening), {});
  config.listeners.front().inherited = socket.get();
  config.listeners.front().routes.front().port = local_address(socket.get()).port;
  config.resolver.hosts[kHost] = {*IpAddress::parse(dialled)};
  config.allowed = {*IpRange::parse("0.0.0.0/0")};
  const auto forwarder = start(config);
  const SocketAddress here{*IpAddress::parse("127.0.0.1"), address_of(*forwarder).port, {}};
  CHECK_EQ(exchange(here, kHost, ""), kAlert);
  CHECK_EQ(counters_of(*forwarder).total.value(), 1);
}

TEST_CASE("who says nothing is let go") {
  const Upstream upstream(Upstream::echo);
  Config config = config_with({route_to(upstream.address())});
  config.timeouts.hello = std::chrono::milliseconds(50);
  config.timeouts.idle = std::chrono::milliseconds(50);
  const auto forwarder = start(config);
  const UniqueFd silent = connect_to(address_of(*forwarder));
  send_all(silent.get(), hello_for(kHost).substr(0, 20));
  CHECK_EQ(receive_all(silent.get()), "");
  const UniqueFd idle = connect_to(address_of(*forwarder));
  send_all(idle.get(), hello_for(kHost));
  check_same(receive_all(idle.get()), hello_for(kHost));
  CHECK_EQ(forwarder->counters().active.value(), 0);
}

TEST_CASE("beyond the most connections new ones are refused") {
  const Upstream upstream(Upstream::echo);
  Config config = config_with({route_to(upstream.address())});
  config.max_connections = 1;
  const auto forwarder = start(config);
  const UniqueFd first = connect_to(address_of(*forwarder));
  send_all(first.get(), hello_for(kHost));
  check_same(receive_some(first.get(), hello_for(kHost).size()), hello_for(kHost));
  const UniqueFd second = connect_to(address_of(*forwarder));
  send_all(second.get(), hello_for(kHost));
  CHECK_EQ(receive_all(second.get()), "");
  CHECK_EQ(counters_of(*forwarder).overflow.value(), 1);
}

TEST_CASE("the most connections are no more with several workers, at whatever moment they come") {
  const Upstream upstream(Upstream::echo);
  Config config = config_with({route_to(upstream.address())});
  config.workers = 4;
  config.max_connections = 5;
  const auto forwarder = start(config);
  constexpr std::size_t kClients = 40;
  std::vector<UniqueFd> clients;
  for (std::size_t i = 0; i < kClients; ++i) clients.push_back(connect_to(address_of(*forwarder)));
  for (const UniqueFd& fd : clients) send_all(fd.get(), hello_for(kHost));
  std::size_t served = 0;
  for (const UniqueFd& fd : clients)
    if (receive_some(fd.get(), hello_for(kHost).size()) == hello_for(kHost)) ++served;
  CHECK_EQ(served, config.max_connections);
  CHECK_EQ(counters_of(*forwarder).overflow.value(), kClients - served);
  CHECK_EQ(forwarder->counters().active.value(), served);
}

}  // namespace
}  // namespace egressctl::forward
