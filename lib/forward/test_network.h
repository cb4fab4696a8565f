// Clients and upstreams for tests: blocking sockets on loopback that give up after a while.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "lib/forward/io/socket_address.h"
#include "lib/forward/io/unique_fd.h"
#include "lib/forward/test_hello.h"

namespace egressctl::forward::testing {

inline void give_up_after(int fd, int seconds) {
  timeval time{};
  time.tv_sec = seconds;
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

inline void make_blocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
}

constexpr int kPatience = 20;

inline UniqueFd connect_to(const SocketAddress& address) {
  UniqueFd fd = dial(address);
  if (fd.valid()) {
    make_blocking(fd.get());
    give_up_after(fd.get(), kPatience);
  }
  return fd;
}

// Two ends of a connection over TCP, blocking.
inline std::pair<UniqueFd, UniqueFd> connected_pair() {
  const auto listener = listen_on(*SocketAddress::parse("127.0.0.1:0"), {});
  if (!listener) return {};
  make_blocking(listener->get());
  UniqueFd client = connect_to(local_address(listener->get()));
  UniqueFd server(::accept4(listener->get(), nullptr, nullptr, SOCK_CLOEXEC));
  give_up_after(server.get(), kPatience);
  return {std::move(client), std::move(server)};
}

// Whether the kernel can make TLS records (kTLS).
inline bool kernel_has_tls() {
  const auto [one, other] = connected_pair();
  return ::setsockopt(one.get(), IPPROTO_TCP, TCP_ULP, "tls", 3) == 0;
}

inline bool send_all(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t sent = ::send(fd, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// All bytes until the end; `failed` tells whether it was a reset or a timeout.
inline std::string receive_all(int fd, bool* failed = nullptr) {
  std::string out;
  std::vector<char> buffer(std::size_t{64} * 1024);
  while (true) {
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) {
      if (failed != nullptr) *failed = got < 0;
      return out;
    }
    out.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

inline std::string receive_some(int fd, std::size_t size) {
  std::string out(size, '\0');
  const ssize_t got = ::recv(fd, out.data(), size, MSG_WAITALL);
  out.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return out;
}

// The other end is to see a reset.
inline void reset_on_close(int fd) {
  const linger now{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

// Until what another thread does has come to be, kPatience at most; whether it has.
[[nodiscard]] inline bool wait_until(const std::function<bool()>& is_so) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(kPatience);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

// Listens at a port of the system's choice and has each connection served on a thread of its own.
class Upstream {
 public:
  using Serve = std::function<void(int fd)>;

  explicit Upstream(Serve serve) : serve_(std::move(serve)) {
    auto socket = listen_on(*SocketAddress::parse("127.0.0.1:0"), {.speaks_first = false});
    socket_ = std::move(*socket);
    make_blocking(socket_.get());
    address_ = local_address(socket_.get());
    thread_ = std::thread([this] { run(); });
  }
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;
  ~Upstream() {
    stopping_ = true;
    ::shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
    for (std::thread& thread : serving_) thread.join();
  }

  [[nodiscard]] const SocketAddress& address() const { return address_; }
  [[nodiscard]] int accepted() const { return accepted_; }

  // Gives back what it gets, to the end.
  static void echo(int fd) {
    std::vector<char> buffer(std::size_t{64} * 1024);
    while (true) {
      const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) return;
      if (!send_all(fd, {buffer.data(), static_cast<std::size_t>(got)})) return;
    }
  }

 private:
  void run() {
    while (!stopping_) {
      UniqueFd fd(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd.valid()) continue;
      ++accepted_;
      give_up_after(fd.get(), kPatience);
      serving_.emplace_back([this, fd = std::move(fd)] { serve_(fd.get()); });
    }
  }

  Serve serve_;
  UniqueFd socket_;
  SocketAddress address_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> accepted_{0};
  std::vector<std::thread> serving_;
  std::thread thread_;
};

// A hello for `name`, as a string.
inline std::string hello_for(std::string_view name) {
  const Buffer bytes = in_records(hello_message({server_name(name)}));
  return {bytes.begin(), bytes.end()};
}

// Bytes that look like no others.
inline std::string noise(std::size_t size, std::uint64_t seed) {
  std::string out(size, '\0');
  for (char& c : out) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    c = static_cast<char>(seed);
  }
  return out;
}

}  // namespace egressctl::forward::testing
