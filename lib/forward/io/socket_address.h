// Where sockets listen and whom they dial.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/ip_address.h"
#include "lib/base/result.h"
#include "lib/forward/io/unique_fd.h"

namespace egressctl::forward {

// An IP address and a port, or the path of a unix socket.
struct SocketAddress {
  IpAddress ip;
  std::uint16_t port = 0;
  std::string path;  // of a unix socket; "@name" for one without a file. Empty for IP

  // "127.0.0.1:8443", "[::1]:8443", ":8443" (every address), "unix:/run/x", "unix:@x". A port may
  // be 0: the system then chooses one. Fails with ErrorCode::Usage.
  [[nodiscard]] static Result<SocketAddress> parse(std::string_view text);

  // Of a socket address that the system gave.
  [[nodiscard]] static SocketAddress of(const sockaddr_storage& address, socklen_t size);

  // "127.0.0.1:8443", "[::1]:8443", "unix:/run/x", as parse() reads it; this is how Envoy's access
  // log writes them.
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] bool is_unix() const { return !path.empty(); }

  bool operator==(const SocketAddress&) const = default;
};

struct ListenOptions {
  bool shared = false;  // SO_REUSEPORT: several sockets take turns
  bool first = true;    // of those: the address must be nobody's, of another process neither
  bool transparent =
      false;  // IP_TRANSPARENT: also what is for other addresses (needs CAP_NET_ADMIN)
  bool speaks_first = true;  // clients do: wake up when their first bytes are there
};

// A socket that listens, not blocking. A unix socket's file that nobody listens
// behind is made anew.
// Fails with ErrorCode::Io, naming the address.
[[nodiscard]] Result<UniqueFd> listen_on(const SocketAddress& address,
                                         const ListenOptions& options);

// Removes the file of a unix socket behind which nobody listens any more; anything else stays.
void remove_stale_socket(const SocketAddress& address);

// A socket that is connecting, or has connected already. Its descriptor is invalid, and errno set,
// when the system refuses at once.
[[nodiscard]] UniqueFd dial(const SocketAddress& address);

// Whether a socket that dial() gave is connected already, as those to this machine mostly are.
[[nodiscard]] bool is_connected(int fd);

// What leads to a socket that listens at `listening`: itself, and where that is every address
// (0.0.0.0, ::) those that the machine's interfaces have now.
[[nodiscard]] std::vector<SocketAddress> addresses_of(const SocketAddress& listening);

// The address of this end, of the other end; and, for a connection that the system's firewall has
// redirected, the one that the client had dialled (SO_ORIGINAL_DST, else its own end).
[[nodiscard]] SocketAddress local_address(int fd);
[[nodiscard]] SocketAddress remote_address(int fd);
[[nodiscard]] SocketAddress original_destination(int fd);

}  // namespace egressctl::forward
