// Thousands of connections, and peers that are killed.
#include <algorithm>

#include <doctest/doctest.h>

#include "lib/forward/test_crowd.h"
#include "lib/forward/test_forwarder.h"

namespace egressctl::forward {
namespace {

using testing::address_of;
using testing::check_same;
using testing::config_with;
using testing::counters_of;
using testing::Crowd;
using testing::hello_for;
using testing::kHost;
using testing::noise;
using testing::raise_descriptors;
using testing::receive_all;
using testing::route_to;
using testing::send_all;
using testing::start;
using testing::wait_until;

TEST_CASE("8,000 idle connections stay, and leave nothing when their peers are killed") {
  constexpr std::size_t kMost = 8'000;
  constexpr std::size_t kOther = 200;  // descriptors
  const std::size_t descriptors = raise_descriptors();
  const std::size_t count = std::min(kMost, (descriptors - std::min(descriptors, kOther)) / 2);
  if (count < kMost)
    MESSAGE("only ", count, " connections: ", descriptors, " descriptors are allowed");
  Crowd crowd;
  const auto forwarder = start(config_with({route_to(crowd.upstream())}));
  REQUIRE(crowd.open(address_of(*forwarder), static_cast<std::uint32_t>(count)));
  CHECK_EQ(forwarder->counters().active.value(), count);
  CHECK(crowd.exchange());
  CHECK_EQ(forwarder->counters().active.value(), count);
  CHECK_EQ(counters_of(*forwarder).refused.value(), 0);
  crowd.kill();
  CHECK(wait_until([&] { return forwarder->counters().active.value() == 0; }));
  CHECK_EQ(forwarder->clusters().begin()->second.front()->active.value(), 0);
  CHECK_EQ(counters_of(*forwarder).total.value(), count);
}

// What it has said before arrives; then the connection ends, as the system ends it.
TEST_CASE("fault: an upstream that is killed ends its connections after the bytes before it") {
  const std::string said = noise(300'000, 1);
  auto socket = listen_on(*SocketAddress::parse("127.0.0.1:0"), {.speaks_first = false});
  REQUIRE(socket);
  const SocketAddress address = local_address(socket->get());
  const pid_t upstream = ::fork();
  if (upstream == 0) {
    testing::make_blocking(socket->get());
    const UniqueFd fd(::accept4(socket->get(), nullptr, nullptr, SOCK_CLOEXEC));
    testing::receive_some(fd.get(), hello_for(kHost).size());
    send_all(fd.get(), said);
    ::raise(SIGKILL);
  }
  socket->reset();
  const auto forwarder = start(config_with({route_to(address)}));
  const UniqueFd client = testing::connect_to(address_of(*forwarder));
  send_all(client.get(), hello_for(kHost));
  check_same(receive_all(client.get()), said);
  int status = 0;
  ::waitpid(upstream, &status, 0);
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
  ::shutdown(client.get(), SHUT_WR);
  CHECK(wait_until([&] { return forwarder->counters().active.value() == 0; }));
}

}  // namespace
}  // namespace egressctl::forward
