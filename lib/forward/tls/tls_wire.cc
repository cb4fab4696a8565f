#include "lib/forward/tls/tls_wire.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace egressctl::forward {
namespace {

// The bytes that another read left.
ssize_t take_unread(Wire& wire, void* out, std::size_t size) {
  size = std::min(size, wire.unread.size() - wire.unread_from);
  std::memcpy(out, wire.unread.data() + wire.unread_from, size);
  wire.unread_from += size;
  if (wire.unread_from == wire.unread.size()) {
    std::vector<char>().swap(wire.unread);
    wire.unread_from = 0;
  }
  return static_cast<ssize_t>(size);
}

// Fills the thread's buffer from the socket: what recv(2) gave.
ssize_t fill(Wire& wire, WireBuffers& shared) {
  const std::size_t most = std::min(shared.in.size(), wire.most);
  ssize_t count = 0;
  do {
    count = ::recv(wire.fd, shared.in.data(), most, 0);
  } while (count < 0 && errno == EINTR);
  shared.in_from = 0;
  shared.in_to = count > 0 ? static_cast<std::size_t>(count) : 0;
  if (count == 0) wire.ended = true;
  // Fewer than asked for: there is no more now, and an event will tell of what comes.
  if (count > 0 && shared.in_to < most && !wire.ends) wire.drained = true;
  if (count < 0 && errno == EAGAIN)
    wire.drained = true;
  else if (count < 0)
    wire.error = errno;
  return count;
}

ssize_t pull(gnutls_transport_ptr_t user, void* out, std::size_t size) {
  auto& wire = *static_cast<Wire*>(user);
  if (!wire.unread.empty()) return take_unread(wire, out, size);
  WireBuffers& shared = wire_buffers();
  if (shared.in_from == shared.in_to) {
    if (wire.ended) return 0;
    if (wire.asked || wire.drained) {
      gnutls_transport_set_errno(wire.session, EAGAIN);
      return -1;
    }
    wire.asked = true;
    if (const ssize_t count = fill(wire, shared); count <= 0) {
      if (count < 0) gnutls_transport_set_errno(wire.session, errno);
      return count;
    }
  }
  size = std::min(size, shared.in_to - shared.in_from);
  std::memcpy(out, shared.in.data() + shared.in_from, size);
  shared.in_from += size;
  return static_cast<ssize_t>(size);
}

// Whether there is something to pull; nothing of ours ever waits for it.
int can_pull(gnutls_transport_ptr_t user, unsigned int) {
  return has_unread(*static_cast<const Wire*>(user)) ? 1 : 0;
}

ssize_t push(gnutls_transport_ptr_t, const giovec_t* parts, int count) {
  std::vector<char>& out = wire_buffers().out;
  std::size_t size = 0;
  for (int i = 0; i < count; ++i) {
    const auto* data = static_cast<const char*>(parts[i].iov_base);
    out.insert(out.end(), data, data + parts[i].iov_len);
    size += parts[i].iov_len;
  }
  return static_cast<ssize_t>(size);
}

}  // namespace

WireBuffers& wire_buffers() {
  thread_local WireBuffers shared;
  return shared;
}

bool has_unread(const Wire& wire) {
  const WireBuffers& shared = wire_buffers();
  return !wire.unread.empty() || shared.in_from < shared.in_to;
}

void use_wire(Wire& wire) {
  gnutls_transport_set_ptr(wire.session, &wire);
  gnutls_transport_set_pull_function(wire.session, pull);
  gnutls_transport_set_pull_timeout_function(wire.session, can_pull);
  gnutls_transport_set_vec_push_function(wire.session, push);
}

}  // namespace egressctl::forward
