// One end of a connection: its socket, and its TLS where the forwarder takes part in it.
#pragma once

#include <memory>

#include "lib/forward/io/unique_fd.h"
#include "lib/forward/tls/tls.h"

namespace egressctl::forward {

struct Peer {
  UniqueFd fd;
  std::unique_ptr<TlsConnection> tls;
};

}  // namespace egressctl::forward
