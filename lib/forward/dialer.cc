#include "lib/forward/dialer.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace egressctl::forward {
namespace {

constexpr std::string_view kUnix = "unix:";

// Whether who connects to the address comes out at a listener of that address (see addresses_of()).
// All of 127.0.0.0/8 is this machine, and so is 0.0.0.0 where one dials it.
bool leads_to(const SocketAddress& own, const SocketAddress& address) {
  if (own == address) return true;
  const std::string_view kind = internal_kind(address.ip);
  return own.port == address.port && !own.is_unix() && internal_kind(own.ip) == "unspecified" &&
         (kind == "loopback" || kind == "unspecified");
}

int socket_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

void Dialer::start(const std::string& host) {
  if (host.starts_with(kUnix)) {
    addresses_ = {{{}, 0, host.substr(kUnix.size())}};
    return dial_next();
  }
  if (const auto ip = IpAddress::parse(host)) return on_resolved(Resolution::Found, {*ip});
  worker_.resolver_->resolve(host, *this);
}

void Dialer::on_resolved(Resolution resolution, const std::vector<IpAddress>& addresses) {
  if (resolution != Resolution::Found)
    return owner_.on_not_dialled(DialFailure::NotResolved, std::string(to_string(resolution)), {});
  std::vector<SocketAddress> found;
  found.reserve(addresses.size());
  for (const IpAddress& ip : addresses) found.push_back({ip, route_.port, {}});
  dial_allowed(found);
}

void Dialer::start(const SocketAddress& local, const SocketAddress& wanted) {
  const auto listens = [&](const SocketAddress& own) { return own.port == wanted.port; };
  const std::vector<SocketAddress>& own = worker_.shared_.own;
  if (local == wanted && std::any_of(own.begin(), own.end(), listens)) return dial_allowed({});
  dial_allowed({wanted});
}

void Dialer::dial_allowed(const std::vector<SocketAddress>& addresses) {
  Shared& shared = worker_.shared_;
  for (const SocketAddress& address : addresses) {
    if (!route_.internal_allowed && !may_dial(address.ip, rules_.allowed)) continue;
    if (std::any_of(shared.own.begin(), shared.own.end(),
                    [&](const SocketAddress& own) { return leads_to(own, address); }))
      continue;
    if (addresses_.size() < kMostAttempts) addresses_.push_back(address);
  }
  if (addresses_.empty()) {
    shared.counters.denied_addresses.add();
    return owner_.on_not_dialled(DialFailure::Denied, "address not allowed", {});
  }
  dial_next();
}

void Dialer::dial_next() {
  while (next_ < addresses_.size())
    if (attempt(addresses_[next_++])) return;
  const bool waiting = std::any_of(attempts_.begin(), attempts_.end(),
                                   [](const UniqueFd& fd) { return fd.valid(); });
  if (waiting) return;
  // Envoy's words for what the socket said.
  owner_.on_not_dialled(
      error_ == EMFILE || error_ == ENFILE ? DialFailure::OutOfDescriptors : DialFailure::Refused,
      fmt::format("delayed_connect_error: {}", error_ == 0 ? "unknown" : std::strerror(error_)),
      addresses_.back());
}

// Whether it goes on, or is there already: then the owner has been told.
bool Dialer::attempt(const SocketAddress& address) {
  start_ = worker_.loop().now();
  UniqueFd fd = dial(address);
  const bool at_once = fd.valid() && is_connected(fd.get());
  // Who is there already is asked only when the socket is full.
  const bool writing_watched = !at_once;
  const auto tag = static_cast<std::uint32_t>(attempts_.size() + 1);
  if (!fd.valid() ||
      !worker_.loop().add(fd.get(), writing_watched ? kReadAndWrite : kRead, owner_, tag)) {
    error_ = errno;
    if (error_ == EMFILE || error_ == ENFILE) rules_.counters->out_of_descriptors.add();
    attempts_.emplace_back();
    return false;
  }
  attempts_.push_back(std::move(fd));
  if (at_once)
    answered(tag, 0, writing_watched);
  else if (next_ < addresses_.size())
    worker_.attempt_timers_.start(*this, worker_.loop().now());
  return true;
}

void Dialer::on_event(std::uint32_t tag, std::uint32_t events) {
  UniqueFd& fd = attempts_[tag - 1];
  if (!fd.valid()) return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    if (const int error = socket_error(fd.get()); error != 0) {
      error_ = error;
      fd.reset();
      return dial_next();
    }
  }
  if ((events & EPOLLOUT) != 0) answered(tag, events, true);
}

void Dialer::answered(std::uint32_t tag, std::uint32_t events, bool writing_watched) {
  stop();
  owner_.on_dialled({.fd = std::move(attempts_[tag - 1]),
                     .address = addresses_[tag - 1],
                     .took = worker_.loop().now() - start_,
                     .tag = tag,
                     .events = events,
                     .writing_watched = writing_watched});
}

}  // namespace egressctl::forward
