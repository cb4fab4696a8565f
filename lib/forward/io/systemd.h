// What a service manager hands to a service, and what it wants to hear from it.
//
// Source: sd_notify(3), sd_listen_fds(3), sd_watchdog_enabled(3): systemd's protocol, which others
// speak too. Its library is not needed for it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/forward/io/unique_fd.h"

namespace egressctl::forward {

// The variables by which it speaks; empty for one that is not set.
struct ServiceVariables {
  std::string notify_socket;          // NOTIFY_SOCKET
  std::string listen_pid;             // LISTEN_PID
  std::string listen_fds;             // LISTEN_FDS
  std::string listen_names;           // LISTEN_FDNAMES
  std::string watchdog_pid;           // WATCHDOG_PID
  std::string watchdog_microseconds;  // WATCHDOG_USEC
};

// A socket that listens already.
struct PassedSocket {
  std::string name;  // FileDescriptorName= of the socket unit; "unknown" where it has none
  int descriptor = -1;
};

// The sockets that were passed to the process `self`, in their order; none when they were for
// another one. Fails with ErrorCode::Usage when the variables contradict each other.
[[nodiscard]] Result<std::vector<PassedSocket>> passed_sockets(const ServiceVariables& variables,
                                                               pid_t self);

// How often the manager wants a sign of life at least; zero: never.
[[nodiscard]] std::chrono::microseconds watchdog_interval(const ServiceVariables& variables,
                                                          pid_t self);

// Tells the manager how the service is. Safe to use from several threads.
class ServiceNotifier {
 public:
  // To nobody: all that is said is lost.
  ServiceNotifier() = default;

  // `socket` as in NOTIFY_SOCKET: a path, or "@name". Empty: to nobody. Fails with
  // ErrorCode::Usage for what is no such address.
  [[nodiscard]] static Result<ServiceNotifier> make(std::string_view socket);

  void ready(std::string_view status) const;  // also when a reload is over
  void reloading() const;
  void stopping(std::string_view status) const;
  void status(std::string_view status) const;
  void alive() const;  // for the watchdog

 private:
  void send(std::string_view message) const;

  UniqueFd socket_;
};

}  // namespace egressctl::forward
