// kTLS, where the kernel has it; elsewhere the same bytes go the usual way, which other tests look
// at.
#include "lib/forward/tls/kernel_tls.h"

#include <sys/socket.h>

#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "lib/forward/test_forwarder.h"

namespace egressctl::forward {
namespace {

using testing::address_of;
using testing::check_same;
using testing::config_with;
using testing::connect_to;
using testing::exchange;
using testing::hello_for;
using testing::kernel_has_tls;
using testing::kHost;
using testing::Mesh;
using testing::noise;
using testing::receive_all;
using testing::route_to;
using testing::send_all;
using testing::start;
using testing::Upstream;

// How many sockets have had their records made by the kernel.
// Source: Linux, Documentation/networking/tls.rst.
long sending_sockets() {
  std::ifstream in("/proc/net/tls_stat");
  std::string name;
  for (long count = 0; in >> name >> count;)
    if (name == "TlsTxSw") return count;
  return -1;
}

TEST_CASE("the kernel makes the records of large transfers") {
  if (!kernel_has_tls()) {
    MESSAGE("skipped: this kernel has no kTLS (its module is `tls`)");
    return;
  }
  const Mesh mesh;
  const Upstream upstream(Upstream::echo);
  const auto gateway =
      start(config_with({mesh.terminating({route_to(upstream.address(), {"*.example.com"})})}));
  const auto sidecar = start(config_with({mesh.wrapping(address_of(*gateway))}));
  const long before = sending_sockets();
  for (const std::size_t size : {1000U, 300'000U, 5'000'000U, 60'000'001U}) {
    CAPTURE(size);
    const std::string payload = noise(size, size + 1);
    check_same(exchange(address_of(*sidecar), kHost, payload), hello_for(kHost) + payload);
  }
  // Up or down: how many streams keep their buffers full depends on who gets the processor.
  CHECK_GE(sending_sockets() - before, 1);
}

TEST_CASE("small messages behind a download that the kernel sends") {
  if (!kernel_has_tls()) {
    MESSAGE("skipped: this kernel has no kTLS (its module is `tls`)");
    return;
  }
  const Mesh mesh;
  const std::string payload = noise(20'000'000, 7);
  const Upstream upstream([&](int fd) {
    testing::receive_some(fd, hello_for(kHost).size());
    send_all(fd, payload);
    while (true) {
      const std::string asked = testing::receive_some(fd, 5);
      if (asked.empty()) break;
      send_all(fd, asked);
    }
    send_all(fd, "bye");
  });
  const auto gateway =
      start(config_with({mesh.terminating({route_to(upstream.address(), {"*.example.com"})})}));
  const auto sidecar = start(config_with({mesh.wrapping(address_of(*gateway))}));
  const UniqueFd client = connect_to(address_of(*sidecar));
  send_all(client.get(), hello_for(kHost));
  check_same(testing::receive_some(client.get(), payload.size()), payload);
  for (const char* word : {"one..", "two..", "three"}) {
    send_all(client.get(), word);
    CHECK_EQ(testing::receive_some(client.get(), 5), word);
  }
  ::shutdown(client.get(), SHUT_WR);
  CHECK_EQ(receive_all(client.get()), "bye");
}

}  // namespace
}  // namespace egressctl::forward
