// A DNS server for tests: on loopback, and as wrong as a test wants it.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "lib/base/ip_address.h"
#include "lib/forward/io/socket_address.h"
#include "lib/forward/io/unique_fd.h"
#include "lib/forward/test_hello.h"

namespace egressctl::forward::testing {

class DnsServer {
 public:
  struct Answer {
    std::vector<IpAddress> addresses{};  // those of the type that was asked for are told
    std::uint32_t ttl = 60;              // seconds
    std::uint8_t code = 0;               // RFC 1035 4.1.1: 2 server failure, 3 no such name
    bool silent = false;
  };
  // Called on the server's thread for each question.
  using Handle = std::function<Answer(const std::string& name)>;

  explicit DnsServer(Handle handle) : handle_(std::move(handle)) {
    socket_ = UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
    address_ = local_address(socket_.get());
    thread_ = std::thread([this] { run(); });
  }
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;
  ~DnsServer() {
    stopping_ = true;
    // To itself: a datagram socket that nobody writes to can't be woken up otherwise.
    sockaddr_storage self{};
    const socklen_t size = address_.ip.to_sockaddr(address_.port, self);
    ::sendto(socket_.get(), "", 0, 0, reinterpret_cast<const sockaddr*>(&self), size);
    thread_.join();
  }

  [[nodiscard]] std::string address() const { return address_.to_string(); }
  // Questions for A records; each lookup has one, and one for AAAA.
  [[nodiscard]] int lookups() const { return lookups_; }

 private:
  static constexpr std::size_t kHeader = 12;
  static constexpr std::uint8_t kA = 1;
  static constexpr std::uint8_t kAaaa = 28;

  void run() {
    Buffer query(512);
    while (true) {
      sockaddr_storage from{};
      socklen_t size = sizeof from;
      const ssize_t got = ::recvfrom(socket_.get(), query.data(), query.size(), 0,
                                     reinterpret_cast<sockaddr*>(&from), &size);
      if (stopping_) return;
      if (got <= static_cast<ssize_t>(kHeader)) continue;
      const Buffer reply = answer({query.begin(), query.begin() + got});
      if (!reply.empty())
        ::sendto(socket_.get(), reply.data(), reply.size(), 0,
                 reinterpret_cast<const sockaddr*>(&from), size);
    }
  }

  Buffer answer(const Buffer& query) {
    std::string name;
    std::size_t at = kHeader;
    for (; query[at] != 0; at += query[at] + 1U) {
      if (!name.empty()) name += '.';
      name.append(query.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                  query.begin() + static_cast<std::ptrdiff_t>(at) + 1 + query[at]);
    }
    const std::uint8_t type = query[at + 2];
    if (type == kA) ++lookups_;
    const Answer told = handle_(name);
    if (told.silent) return {};
    Buffer records;
    std::size_t count = 0;
    for (const IpAddress& ip : told.addresses) {
      if (ip.is_v4() != (type == kA)) continue;
      constexpr std::size_t kV4 = 4;
      const std::size_t width = ip.is_v4() ? kV4 : ip.bytes().size();
      put(records, 0xc00c, 2);  // the name of the question
      put(records, type, 2);
      put(records, 1, 2);
      put(records, told.ttl, 4);
      put(records, width, 2);
      records.insert(records.end(), ip.bytes().end() - static_cast<std::ptrdiff_t>(width),
                     ip.bytes().end());
      ++count;
    }
    Buffer out(query.begin(), query.begin() + 2);
    put(out, 0x8180U | told.code, 2);
    put(out, 1, 2);
    put(out, count, 2);
    put(out, 0, 4);
    out.insert(out.end(), query.begin() + kHeader,
               query.begin() + static_cast<std::ptrdiff_t>(at) + 5);
    put(out, records);
    return out;
  }

  Handle handle_;
  UniqueFd socket_;
  SocketAddress address_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> lookups_{0};
  std::thread thread_;
};

}  // namespace egressctl::forward::testing
