// How the TLS library reads and writes a socket: through buffers that a thread's connections share,
// so that one system call moves several records and an idle connection holds no memory.
#pragma once

#include <cstddef>
#include <vector>

#include <gnutls/gnutls.h>

namespace egressctl::forward {

// The most that is read from a socket at once: many records.
inline constexpr std::size_t kWireReadBytes = std::size_t{256} * 1024;
// What is read while hands are shaken.
inline constexpr std::size_t kHandshakeReadBytes = std::size_t{64} * 1024;

// What a thread's connections share: the bytes between the socket and the library.
struct WireBuffers {
  std::vector<char> in = std::vector<char>(kWireReadBytes);
  std::size_t in_from = 0;
  std::size_t in_to = 0;
  std::vector<char> out;
};

// Those of this thread.
[[nodiscard]] WireBuffers& wire_buffers();

// What the library reads and writes; the connection sets it before each call.
struct Wire {
  gnutls_session_t session = nullptr;
  int fd = -1;
  std::size_t most = kHandshakeReadBytes;  // to be read at once: what the caller has room for
  std::vector<char> unread;                // of this connection, read from the socket before
  std::size_t unread_from = 0;
  std::vector<char> unsent;
  bool ends = false;     // an event has told that the socket's end is behind what there is to read
  bool ended = false;    // the socket has
  bool asked = false;    // the socket was read in this call: what more there is waits for the next
  bool drained = false;  // the socket has no more
  int error = 0;         // the socket's
};

// Whether bytes of its are at hand that the library has not taken yet.
[[nodiscard]] bool has_unread(const Wire& wire);

// Has `wire.session` use `wire`, which must outlive it.
void use_wire(Wire& wire);

}  // namespace egressctl::forward
