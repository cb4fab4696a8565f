// What a forwarder is told to do while it runs: reload, drain; and before.
#include "lib/forward/forwarder.h"

#include <sys/stat.h>

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/forward/test_forwarder.h"
#include "lib/testing/files.h"
#include "lib/testing/temporary_folder.h"

namespace egressctl::forward {
namespace {

using egressctl::testing::TemporaryFolder;
using egressctl::testing::write_file;
using testing::address_of;
using testing::check_same;
using testing::config_with;
using testing::connect_to;
using testing::counters_of;
using testing::exchange;
using testing::hello_for;
using testing::kHost;
using testing::Mesh;
using testing::receive_all;
using testing::receive_some;
using testing::route_to;
using testing::send_all;
using testing::start;
using testing::Upstream;

TEST_CASE("reloading changes routes for new connections alone") {
  const Upstream first(Upstream::echo);
  const Upstream second([](int fd) {
    receive_some(fd, 10);
    send_all(fd, "second");
  });
  const auto forwarder = start(config_with({route_to(first.address())}));
  const UniqueFd old = connect_to(address_of(*forwarder));
  send_all(old.get(), hello_for(kHost));
  check_same(receive_some(old.get(), hello_for(kHost).size()), hello_for(kHost));

  Config bad = config_with({route_to(second.address(), {"not a host"})});
  CHECK_FALSE(forwarder->reload(bad));
  CHECK_EQ(exchange(address_of(*forwarder), kHost, "x"), hello_for(kHost) + "x");
  REQUIRE(forwarder->reload(config_with({route_to(second.address())})));
  CHECK_EQ(exchange(address_of(*forwarder), kHost, ""), "second");

  send_all(old.get(), "still here");
  CHECK_EQ(receive_some(old.get(), 10), "still here");
}

TEST_CASE("connections spread over the places of a route, each counted by itself") {
  const Upstream first(Upstream::echo);
  const Upstream second(Upstream::echo);
  RouteConfig route;
  route.names = {kHost};
  route.cluster = "outbound|443||www.example.com";
  for (const Upstream* upstream : {&first, &second}) {
    RouteConfig choice = route_to(upstream->address(), {});
    choice.cluster = route.cluster;
    route.choices.push_back(choice);
  }
  RouteConfig unused = route_to(*SocketAddress::parse("127.0.0.1:1"), {});
  unused.weight = 0;
  route.choices.push_back(unused);
  const auto forwarder = start(config_with({route}));
  constexpr int kConnections = 50;
  for (int i = 0; i < kConnections; ++i)
    CHECK_EQ(exchange(address_of(*forwarder), kHost, "x"), hello_for(kHost) + "x");
  const Clusters clusters = forwarder->clusters();
  REQUIRE_EQ(clusters.count(route.cluster), 1);
  const auto& places = clusters.at(route.cluster);
  REQUIRE_EQ(places.size(), 2);
  CHECK_GT(places[0]->total.value(), 0);
  CHECK_GT(places[1]->total.value(), 0);
  CHECK_EQ(places[0]->total.value() + places[1]->total.value(), kConnections);
}

TEST_CASE("reloading changes limits and timeouts, and tells what it leaves") {
  const Upstream upstream(Upstream::echo);
  const Config config = config_with({route_to(upstream.address())});
  const auto forwarder = start(config);
  const UniqueFd idle = connect_to(address_of(*forwarder));
  send_all(idle.get(), hello_for(kHost));
  check_same(receive_some(idle.get(), hello_for(kHost).size()), hello_for(kHost));

  Config limited = config;
  limited.max_connections = 1;
  limited.workers = 1;
  limited.resolver.servers = {"127.0.0.1"};
  limited.resolver.longest = std::chrono::seconds(7);
  limited.resolver.timeout = std::chrono::milliseconds(70);
  limited.access_log = "-";
  limited.format = AccessLogFormat::istio_json();
  limited.listeners.front().address.port = 1;
  limited.listeners.front().transparent = true;
  const auto told = forwarder->reload(limited);
  REQUIRE(told);
  CHECK_EQ(join(*told, "; "),
           "the address of listener test; whether listener test is transparent; the number of "
           "workers; the DNS servers; how long DNS answers are kept; how long DNS is waited for "
           "(half the time to connect); the file of the access log; the format of the access log");
  CHECK(forwarder->can_reload(limited));
  CHECK_FALSE(forwarder->can_reload(config_with({route_to(upstream.address(), {"not a host"})})));
  CHECK_FALSE(forwarder->can_reload({}));
  CHECK_EQ(exchange(address_of(*forwarder), kHost, "x"), "");
  CHECK_EQ(counters_of(*forwarder).overflow.value(), 1);

  Config hasty = config;
  hasty.timeouts.idle = std::chrono::milliseconds(1);
  REQUIRE(forwarder->reload(hasty));
  CHECK_EQ(receive_all(idle.get()), "");
}

TEST_CASE("a drain takes no new connections and keeps the old") {
  const Upstream upstream(Upstream::echo);
  const auto forwarder = start(config_with({route_to(upstream.address())}));
  const UniqueFd old = connect_to(address_of(*forwarder));
  send_all(old.get(), hello_for(kHost));
  check_same(receive_some(old.get(), hello_for(kHost).size()), hello_for(kHost));
  forwarder->drain();
  CHECK_EQ(forwarder->state(), ForwarderState::Draining);
  send_all(old.get(), "still here");
  CHECK_EQ(receive_some(old.get(), 10), "still here");
}

TEST_CASE("what can't be used is told before anything listens") {
  Config config = config_with({});
  SUBCASE("a name that nobody could ask for") {
    config.listeners.front().routes = {route_to({}, {"*"})};
    config.listeners.front().routes.front().host.clear();
    const auto checked = Forwarder::check(config);
    REQUIRE_FALSE(checked);
    CHECK_EQ(checked.error().message,
             "test: \"*\" is no name that a client could ask for: expected a host as in "
             "\"www.example.com\" or a wildcard as in \"*.example.com\"");
  }
  SUBCASE("a key that others may read") {
    const Mesh mesh;
    const TemporaryFolder folder;
    const std::string key = write_file(folder.path() / "tls.key", mesh.client.key);
    RouteConfig route = route_to({});
    route.tls = TlsConfig{};
    route.tls->files = {write_file(folder.path() / "tls.crt", mesh.client.certificates), key,
                        write_file(folder.path() / "ca.crt", mesh.client.authorities)};
    config.listeners.front().routes = {route};
    ::chmod(key.c_str(), 0644);
    const auto checked = Forwarder::check(config);
    REQUIRE_FALSE(checked);
    CHECK_EQ(checked.error().message,
             fmt::format("test: route to www.example.com: {} is a private key that others may read "
                         "(mode 0644); run: chmod 600 {}",
                         key, key));
    ::chmod(key.c_str(), 0600);
    CHECK(Forwarder::check(config));
  }
}

}  // namespace
}  // namespace egressctl::forward
