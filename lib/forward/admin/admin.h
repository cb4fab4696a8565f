// The admin interface: what Envoy's has under the same paths, over HTTP/1.1.
//
// Source: https://www.envoyproxy.io/docs/envoy/latest/operations/admin
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lib/base/result.h"
#include "lib/forward/forwarder.h"
#include "lib/forward/socket_address.h"

namespace egressctl::forward {

struct AdminSettings {
  SocketAddress address;  // of IP; its port may be 0
  // Anyone who reaches it may end the process: others than this machine only when they are meant.
  bool allow_remote = false;
  std::string version;         // of the program, for /server_info
  std::function<void()> quit;  // for /quitquitquit
};

class Admin {
 public:
  // Answers from now on, on a thread of its own. `forwarder` must outlive it. Fails with
  // ErrorCode::Usage when others could reach it, with Io when the address can't be had.
  [[nodiscard]] static Result<std::unique_ptr<Admin>> start(Forwarder& forwarder,
                                                            AdminSettings settings);
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
