#include "lib/forward/tls_wire.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace egressctl::forward {
namespace {

int wire_read(BIO* bio, char* out, std::size_t size, std::size_t* got) {
  auto& wire = *static_cast<Wire*>(BIO_get_data(bio));
  WireBuffers& shared = wire_buffers();
  BIO_clear_retry_flags(bio);
  *got = 0;
  if (!wire.unread.empty()) {
    *got = std::min(size, wire.unread.size() - wire.unread_from);
    std::memcpy(out, wire.unread.data() + wire.unread_from, *got);
    wire.unread_from += *got;
    if (wire.unread_from == wire.unread.size()) {
      std::vector<char>().swap(wire.unread);
      wire.unread_from = 0;
    }
    return 1;
  }
  if (shared.in_from == shared.in_to) {
    if (wire.ended) return 0;
    if (wire.asked) {
      BIO_set_retry_read(bio);
      return -1;
    }
    wire.asked = true;
    ssize_t count = 0;
    do {
      count = ::recv(wire.fd, shared.in.data(), shared.in.size(), 0);
    } while (count < 0 && errno == EINTR);
    if (count <= 0) {
      if (count == 0) {
        wire.ended = true;
      } else if (errno == EAGAIN) {
        wire.drained = true;
        BIO_set_retry_read(bio);
      } else {
        wire.error = errno;
      }
      return count == 0 ? 0 : -1;
    }
    shared.in_from = 0;
    shared.in_to = static_cast<std::size_t>(count);
  }
  *got = std::min(size, shared.in_to - shared.in_from);
  std::memcpy(out, shared.in.data() + shared.in_from, *got);
  shared.in_from += *got;
  return 1;
}

int wire_write(BIO* bio, const char* data, std::size_t size, std::size_t* written) {
  BIO_clear_retry_flags(bio);
  std::vector<char>& out = wire_buffers().out;
  out.insert(out.end(), data, data + size);
  *written = size;
  return 1;
}

long wire_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return static_cast<Wire*>(BIO_get_data(bio))->ended ? 1 : 0;
  return 0;
}

BIO_METHOD* wire_method() {
  static BIO_METHOD* const kMethod = [] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
    BIO_meth_set_read_ex(method, wire_read);
    BIO_meth_set_write_ex(method, wire_write);
    BIO_meth_set_ctrl(method, wire_control);
    BIO_meth_set_create(method, [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    return method;
  }();
  return kMethod;
}

}  // namespace

WireBuffers& wire_buffers() {
  thread_local WireBuffers shared;
  return shared;
}

BIO* make_wire_bio(Wire& wire) {
  BIO* bio = BIO_new(wire_method());
  BIO_set_data(bio, &wire);
  return bio;
}

}  // namespace egressctl::forward
