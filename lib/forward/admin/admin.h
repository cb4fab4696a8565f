// The admin interface: what Envoy's has under the same paths, over HTTP/1.1.
//
// Source: https://www.envoyproxy.io/docs/envoy/latest/operations/admin
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "lib/base/result.h"
#include "lib/forward/forwarder.h"
#include "lib/forward/io/socket_address.h"

namespace egressctl::forward {

struct AdminSettings {
  SocketAddress address;  // its port may be 0
  // Anyone who reaches it may end the process: others than this machine only when they are meant.
  bool allow_remote = false;
  std::string version;                           // of the program, for /server_info
  std::map<std::string, std::string> options{};  // of the command line, for /server_info
  std::chrono::milliseconds drain_time{0};       // of /drain_listeners?graceful
  std::function<void()> quit;                    // for /quitquitquit
  // The level of messages, for /logging; false for a word that is none. May be empty.
  std::function<std::string()> level{};
  std::function<bool(const std::string&)> set_level{};
};

class Admin {
 public:
  // Answers from now on, on a thread of its own. `forwarder` must outlive it. Fails with
  // ErrorCode::Usage when others could reach it, with Io when the address can't be had.
  [[nodiscard]] static Result<std::unique_ptr<Admin>> start(Forwarder& forwarder,
                                                            AdminSettings settings);

  // Whether `settings` could be used, without listening: else as of start().
  [[nodiscard]] static Result<void> check(const AdminSettings& settings);
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;
  ~Admin();

  [[nodiscard]] const SocketAddress& address() const;

 private:
  struct State;
  explicit Admin(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace egressctl::forward
