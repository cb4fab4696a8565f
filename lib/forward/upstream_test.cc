// What becomes of a connection when the upstream fails.
#include <array>
#include <chrono>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/forward/test_forwarder.h"
#include "lib/testing/files.h"
#include "lib/testing/temporary_folder.h"

namespace egressctl::forward {
namespace {

using egressctl::testing::read_file;
using egressctl::testing::TemporaryFolder;
using testing::address_of;
using testing::config_with;
using testing::connect_to;
using testing::exchange;
using testing::hello_for;
using testing::kHost;
using testing::receive_all;
using testing::receive_some;
using testing::route_to;
using testing::send_all;
using testing::start;
using testing::Upstream;

TEST_CASE("a reset of one end is a reset of the other") {
  const Upstream upstream([](int fd) {
    receive_some(fd, 10);
    const linger now{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  });
  const auto forwarder = start(config_with({route_to(upstream.address())}));
  const UniqueFd fd = connect_to(address_of(*forwarder));
  send_all(fd.get(), hello_for(kHost));
  bool failed = false;
  CHECK_EQ(receive_all(fd.get(), &failed), "");
  CHECK(failed);
}

TEST_CASE("an upstream that refuses is told of in the log") {
  SocketAddress nobody;
  {
    const UniqueFd taken = *listen_on(*SocketAddress::parse("127.0.0.1:0"), {});
    nobody = local_address(taken.get());
  }
  const TemporaryFolder folder;
  const std::string log = folder.path() / "access.log";
  Config config = config_with({route_to(nobody)});
  config.access_log = log;
  {
    const auto forwarder = start(config);
    CHECK_EQ(exchange(address_of(*forwarder), kHost, ""), "");
  }
  const std::string line = read_file(log);
  CAPTURE(line);
  CHECK_NE(line.find("\"- - -\" 0 UF,URX - - \"delayed_connect_error:_Connection_refused\" 0 0 "),
           std::string::npos);
  CHECK_NE(line.find(fmt::format("\"{}\" {} - ", nobody.to_string(), kHost)), std::string::npos);
}

TEST_CASE("the next address is tried when one refuses") {
  const Upstream upstream(Upstream::echo);
  RouteConfig route;
  route.names = {kHost};
  route.port = upstream.address().port;
  Config config = config_with({route});
  config.allowed = {*IpRange::parse("127.0.0.0/8"), *IpRange::parse("::1/128")};
  config.resolver.hosts[kHost] = {*IpAddress::parse("::1"), *IpAddress::parse("127.0.0.1")};
  const auto forwarder = start(config);
  CHECK_EQ(exchange(address_of(*forwarder), kHost, "x"), hello_for(kHost) + "x");
}

// Nobody accepts from it, and its queue is full: Linux then drops what wants to connect.
struct SilentAddress {
  explicit SilentAddress(const SocketAddress& wanted) : listener(*listen_on(wanted, {})) {
    REQUIRE_EQ(::listen(listener.get(), 0), 0);
    for (UniqueFd& fd : queued) fd = dial(wanted);
  }
  UniqueFd listener;
  std::array<UniqueFd, 3> queued;
};

TEST_CASE("the next address is tried when one is silent, long before the time to connect ends") {
  const Upstream upstream(Upstream::echo);
  SocketAddress other = upstream.address();
  other.ip = *IpAddress::parse("127.0.0.2");
  const SilentAddress silent(other);
  RouteConfig route;
  route.names = {kHost};
  route.port = other.port;
  Config config = config_with({route});
  config.allowed = {*IpRange::parse("127.0.0.0/8")};
  config.resolver.hosts[kHost] = {other.ip, upstream.address().ip};
  config.timeouts.connect = std::chrono::hours(1);
  const auto forwarder = start(config);
  CHECK_EQ(exchange(address_of(*forwarder), kHost, "x"), hello_for(kHost) + "x");
}

TEST_CASE("an upstream whose addresses are all silent is given up when the time to connect ends") {
  const Upstream upstream(Upstream::echo);
  SocketAddress other = upstream.address();
  other.ip = *IpAddress::parse("127.0.0.2");
  const SilentAddress silent(other);
  const TemporaryFolder folder;
  Config config = config_with({route_to(other)});
  config.access_log = folder.path() / "access.log";
  config.timeouts.connect = std::chrono::milliseconds(50);
  {
    const auto forwarder = start(config);
    CHECK_EQ(exchange(address_of(*forwarder), kHost, ""), "");
  }
  const std::string line = read_file(folder.path() / "access.log");
  CAPTURE(line);
  CHECK_NE(line.find("\"- - -\" 0 UF"), std::string::npos);
}

}  // namespace
}  // namespace egressctl::forward
