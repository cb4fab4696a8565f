#include "lib/forward/io/socket_address.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>

#include <fmt/format.h>
#include <ifaddrs.h>
#include <linux/netfilter_ipv4.h>
#include <unistd.h>

#include "lib/base/number.h"

namespace egressctl::forward {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr int kBacklog = 4096;
// How long the system keeps a connection to itself that has sent nothing.
constexpr int kSecondsBeforeFirstByte = 1;
// linux/netfilter_ipv6/ip6_tables.h, which C++ can't include.
constexpr int kIp6OriginalDestination = 80;

socklen_t to_sockaddr(const SocketAddress& address, sockaddr_storage& out) {
  if (!address.is_unix()) return address.ip.to_sockaddr(address.port, out);
  auto& name = reinterpret_cast<sockaddr_un&>(out);
  name = {};
  name.sun_family = AF_UNIX;
  address.path.copy(name.sun_path, sizeof name.sun_path - 1);
  const std::size_t size = offsetof(sockaddr_un, sun_path) + address.path.size();
  if (address.path.front() != '@') return static_cast<socklen_t>(size + 1);
  name.sun_path[0] = '\0';
  return static_cast<socklen_t>(size);
}

void turn_on(int fd, int level, int option, int value = 1) {
  ::setsockopt(fd, level, option, &value, sizeof value);
}

template <typename Get>
SocketAddress ask(const Get& get) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (get(reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return SocketAddress::of(address, size);
}

// A name that begins with '@' is no file's.
bool is_socket_file(const std::string& path) {
  struct stat found {};
  return !path.starts_with('@') && ::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode);
}

}  // namespace

Result<SocketAddress> SocketAddress::parse(std::string_view text) {
  SocketAddress out;
  if (text.starts_with(kUnix)) {
    out.path = text.substr(kUnix.size());
    if (out.path.empty() || out.path.size() >= sizeof(sockaddr_un::sun_path))
      return fail(ErrorCode::Usage,
                  fmt::format("\"{}\" is no address: the path of a unix socket has 1 to {} bytes",
                              text, sizeof(sockaddr_un::sun_path) - 1));
    return out;
  }
  const std::size_t colon = text.rfind(':');
  const auto port = colon == std::string_view::npos
                        ? std::nullopt
                        : parse_number<std::uint16_t>(text.substr(colon + 1));
  std::string_view host = text.substr(0, port ? colon : 0);
  if (host.starts_with('[') && host.ends_with(']') && host.size() > 2)
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    host = "-";  // an IPv6 address without brackets: where does it end?
  const auto ip = host.empty() ? IpAddress() : IpAddress::parse(host);
  if (!port || !ip)
    return fail(
        ErrorCode::Usage,
        fmt::format("\"{}\" is no address: expected IP:PORT, [IPV6]:PORT, :PORT or unix:PATH",
                    text));
  out.ip = *ip;
  out.port = *port;
  return out;
}

SocketAddress SocketAddress::of(const sockaddr_storage& address, socklen_t size) {
  SocketAddress out;
  if (address.ss_family == AF_UNIX) {
    const auto& name = reinterpret_cast<const sockaddr_un&>(address);
    const std::size_t bytes = size - offsetof(sockaddr_un, sun_path);
    if (size <= offsetof(sockaddr_un, sun_path)) {
      out.path = "@";  // the client's end, which has no name
    } else if (name.sun_path[0] == '\0') {
      out.path = "@" + std::string(name.sun_path + 1, bytes - 1);
    } else {
      out.path = std::string(name.sun_path, ::strnlen(name.sun_path, bytes));
    }
    return out;
  }
  out.ip = IpAddress::of(reinterpret_cast<const sockaddr*>(&address));
  // The port is at the same place for both families.
  out.port = ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  return out;
}

std::string SocketAddress::to_string() const {
  if (is_unix()) return fmt::format("{}{}", kUnix, path);
  return ip.is_v4() ? fmt::format("{}:{}", ip.to_string(), port)
                    : fmt::format("[{}]:{}", ip.to_string(), port);
}

void remove_stale_socket(const SocketAddress& address) {
  if (!is_socket_file(address.path)) return;
  if (!dial(address).valid() && errno == ECONNREFUSED) ::unlink(address.path.c_str());
}

Result<UniqueFd> listen_on(const SocketAddress& address, const ListenOptions& options) {
  const auto failed = [&](std::string_view what) {
    return fail(ErrorCode::Io,
                fmt::format("can't {} {}: {}", what, address.to_string(), std::strerror(errno)));
  };
  sockaddr_storage name{};
  const socklen_t size = to_sockaddr(address, name);
  UniqueFd fd(::socket(name.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return failed("open a socket for");
  if (address.is_unix()) {
    remove_stale_socket(address);
  } else {
    turn_on(fd.get(), SOL_SOCKET, SO_REUSEADDR);
    if (options.shared && !options.first) turn_on(fd.get(), SOL_SOCKET, SO_REUSEPORT);
    if (name.ss_family == AF_INET6) turn_on(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (options.transparent) turn_on(fd.get(), SOL_IP, IP_TRANSPARENT);
    if (options.speaks_first)
      turn_on(fd.get(), IPPROTO_TCP, TCP_DEFER_ACCEPT, kSecondsBeforeFirstByte);
    turn_on(fd.get(), IPPROTO_TCP, TCP_NODELAY);  // what is accepted inherits it
  }
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), size) != 0) {
    if (errno == EADDRINUSE && address.is_unix() && !address.path.starts_with('@') &&
        !is_socket_file(address.path))
      return fail(ErrorCode::Io,
                  fmt::format("can't listen on {}: a file is there that is no socket",
                              address.to_string()));
    return failed("listen on");
  }
  if (options.shared && options.first) turn_on(fd.get(), SOL_SOCKET, SO_REUSEPORT);
  if (::listen(fd.get(), kBacklog) != 0) return failed("listen on");
  return fd;
}

UniqueFd dial(const SocketAddress& address) {
  sockaddr_storage name{};
  const socklen_t size = to_sockaddr(address, name);
  UniqueFd fd(::socket(name.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return fd;
  if (!address.is_unix()) turn_on(fd.get(), IPPROTO_TCP, TCP_NODELAY);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&name), size) != 0 &&
      errno != EINPROGRESS) {
    const int error = errno;
    fd.reset();
    errno = error;
  }
  return fd;
}

bool is_connected(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  return ::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
}

std::vector<SocketAddress> addresses_of(const SocketAddress& listening) {
  std::vector<SocketAddress> out{listening};
  ifaddrs* first = nullptr;
  if (listening.is_unix() || internal_kind(listening.ip) != "unspecified" ||
      ::getifaddrs(&first) != 0)
    return out;
  for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next)
    if (each->ifa_addr != nullptr &&
        (each->ifa_addr->sa_family == AF_INET || each->ifa_addr->sa_family == AF_INET6))
      out.push_back({IpAddress::of(each->ifa_addr), listening.port, {}});
  ::freeifaddrs(first);
  return out;
}

SocketAddress local_address(int fd) {
  return ask([&](sockaddr* address, socklen_t* size) { return ::getsockname(fd, address, size); });
}

SocketAddress remote_address(int fd) {
  return ask([&](sockaddr* address, socklen_t* size) { return ::getpeername(fd, address, size); });
}

SocketAddress original_destination(int fd) {
  const auto redirected = [&](int level, int option) {
    return ask([&](sockaddr* address, socklen_t* size) {
      return ::getsockopt(fd, level, option, address, size);
    });
  };
  SocketAddress out = redirected(SOL_IP, SO_ORIGINAL_DST);
  if (out.port == 0) out = redirected(SOL_IPV6, kIp6OriginalDestination);
  return out.port == 0 ? local_address(fd) : out;
}

}  // namespace egressctl::forward
