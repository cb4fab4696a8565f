#include "lib/forward/io/systemd.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <string>

#include <doctest/doctest.h>

#include "lib/testing/temporary_folder.h"

namespace egressctl::forward {
namespace {

constexpr pid_t kSelf = 4711;

// What arrives at a socket, in one go.
std::string receive(int fd) {
  std::array<char, 512> buffer{};
  const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
  return {buffer.data(), static_cast<std::size_t>(got < 0 ? 0 : got)};
}

}  // namespace

TEST_CASE("systemd: sockets are passed by number and name, to one process") {
  ServiceVariables variables;
  CHECK(passed_sockets(variables, kSelf)->empty());
  variables.listen_pid = "4711";
  variables.listen_fds = "2";
  auto sockets = passed_sockets(variables, kSelf);
  REQUIRE_EQ(sockets->size(), 2);
  CHECK_EQ(sockets->at(1).descriptor, 4);
  CHECK_EQ(sockets->at(1).name, "unknown");
  variables.listen_names = "tls:admin";
  sockets = passed_sockets(variables, kSelf);
  CHECK_EQ(sockets->at(0).name, "tls");
  CHECK_EQ(sockets->at(1).name, "admin");
  CHECK(passed_sockets(variables, kSelf + 1)->empty());
}

TEST_CASE("systemd: variables that contradict each other are told") {
  ServiceVariables variables;
  variables.listen_pid = "4711";
  variables.listen_fds = "2";
  variables.listen_names = "tls";
  CHECK_EQ(passed_sockets(variables, kSelf).error().message,
           "LISTEN_FDNAMES=\"tls\" names 1 sockets, LISTEN_FDS=2 were passed");
  variables.listen_names.clear();
  for (const char* number : {"two", "-1", "100000", "1 "}) {
    variables.listen_fds = number;
    CHECK_FALSE(passed_sockets(variables, kSelf).has_value());
  }
}

TEST_CASE("systemd: the watchdog is for one process, too") {
  ServiceVariables variables;
  CHECK_EQ(watchdog_interval(variables, kSelf).count(), 0);
  variables.watchdog_microseconds = "30000000";
  CHECK_EQ(watchdog_interval(variables, kSelf), std::chrono::seconds(30));
  variables.watchdog_pid = "4711";
  CHECK_EQ(watchdog_interval(variables, kSelf), std::chrono::seconds(30));
  CHECK_EQ(watchdog_interval(variables, kSelf + 1).count(), 0);
}

TEST_CASE("systemd: the manager is told in its words") {
  const egressctl::testing::TemporaryFolder folder;
  const std::string path = folder.path() / "notify";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const UniqueFd manager(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  REQUIRE_EQ(::bind(manager.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const auto notifier = ServiceNotifier::make(path);
  REQUIRE(notifier.has_value());
  notifier->ready("listening");
  CHECK_EQ(receive(manager.get()), "READY=1\nSTATUS=listening");
  notifier->reloading();
  CHECK(receive(manager.get()).starts_with("RELOADING=1\nMONOTONIC_USEC="));
  notifier->stopping("draining");
  CHECK_EQ(receive(manager.get()), "STOPPING=1\nSTATUS=draining");
  notifier->alive();
  CHECK_EQ(receive(manager.get()), "WATCHDOG=1");
}

TEST_CASE("systemd: without a manager nobody is told, and a wrong one is no reason to fail later") {
  ServiceNotifier::make("")->ready("to nobody");
  CHECK_EQ(ServiceNotifier::make("relative").error().message,
           "NOTIFY_SOCKET=\"relative\" is neither a path nor @NAME");
  CHECK_EQ(ServiceNotifier::make("/nowhere/notify").error().code, ErrorCode::Io);
}

}  // namespace egressctl::forward
