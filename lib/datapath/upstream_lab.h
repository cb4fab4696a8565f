// Hosts that are not there: an HTTPS server that stands in for every name it is asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lib/base/result.h"
#include "lib/forward/io/socket_address.h"

namespace egressctl::datapath {

class UpstreamLab {
 public:
  // Listens on a port of the system's choice of 127.0.0.1, on threads of its own. A certificate is
  // made for each name when it is first asked for, by a CA that lasts as long as the object; a
  // client that sends no name, or none of a host, is refused. Each page is titled by the host that
  // the request names, and says what arrived. Fails with ErrorCode::Io.
  [[nodiscard]] static Result<std::unique_ptr<UpstreamLab>> start();
  UpstreamLab(const UpstreamLab&) = delete;
  UpstreamLab& operator=(const UpstreamLab&) = delete;
  ~UpstreamLab();

  [[nodiscard]] const forward::SocketAddress& address() const;

  // The CA's certificate, PEM.
  [[nodiscard]] const std::string& authority() const;

 private:
  struct State;
  explicit UpstreamLab(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace egressctl::datapath
