// Thousands of connections through a forwarder, with both their ends in another process: so each
// side has its own descriptors, and all peers can be killed at once.
#pragma once

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include <unistd.h>

#include "lib/forward/test_network.h"

namespace egressctl::forward::testing {

// Lets the process have as many descriptors as it may; how many that are.
inline std::size_t raise_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::size_t>(limit.rlim_cur);
}

class Crowd {
 public:
  // Forks: to be made while there is one thread.
  Crowd() {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
    auto upstream = listen_on(*SocketAddress::parse("127.0.0.1:0"), {.speaks_first = false});
    upstream_ = local_address(upstream->get());
    child_ = ::fork();
    if (child_ == 0) {
      ::close(ends[0]);
      Members(UniqueFd(ends[1]), std::move(*upstream)).obey();
      ::_exit(0);
    }
    ::close(ends[1]);
    orders_ = UniqueFd(ends[0]);
    give_up_after(orders_.get(), kLongPatience);
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd() { kill(); }

  // Where it waits for the connections that it opens.
  [[nodiscard]] const SocketAddress& upstream() const { return upstream_; }

  // Opens so many more connections through the forwarder at that port of 127.0.0.1; whether the
  // hello of each has arrived upstream.
  [[nodiscard]] bool open(const SocketAddress& forwarder, std::uint32_t count) const {
    return order({count, forwarder.port});
  }

  // Sends bytes both ways on all its connections; whether each came out where it should.
  [[nodiscard]] bool exchange() const { return order({0, 0}); }

  // With SIGKILL.
  void kill() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
  }

 private:
  static constexpr int kLongPatience = 120;  // seconds, for thousands of connections

  struct Order {
    std::uint32_t open = 0;  // 0: exchange
    std::uint16_t port = 0;
  };

  // What the other process does.
  class Members {
   public:
    Members(UniqueFd orders, UniqueFd upstream)
        : orders_(std::move(orders)), upstream_(std::move(upstream)) {
      raise_descriptors();
      make_blocking(upstream_.get());
      give_up_after(upstream_.get(), kPatience);
    }

    void obey() {
      Order order;
      while (::recv(orders_.get(), &order, sizeof order, MSG_WAITALL) == sizeof order) {
        const char done = order.open > 0 ? open(order) : exchange();
        ::send(orders_.get(), &done, 1, MSG_NOSIGNAL);
      }
    }

   private:
    bool open(const Order& order) {
      const SocketAddress forwarder{*IpAddress::parse("127.0.0.1"), order.port, {}};
      const std::string hello = hello_for("www.example.com");
      for (std::uint32_t i = 0; i < order.open; ++i) {
        UniqueFd client = connect_to(forwarder);
        if (!client.valid() || !send_all(client.get(), hello)) return false;
        UniqueFd server(::accept4(upstream_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!server.valid()) return false;
        give_up_after(server.get(), kPatience);
        if (receive_some(server.get(), hello.size()) != hello) return false;
        clients_.push_back(std::move(client));
        servers_.push_back(std::move(server));
      }
      return true;
    }

    // One at a time was opened, so that they are in the same order at both ends.
    bool exchange() {
      const auto crosses = [](const UniqueFd& from, const UniqueFd& to, std::size_t seed) {
        const std::string sent = noise(100, seed + 1);
        return send_all(from.get(), sent) && receive_some(to.get(), sent.size()) == sent;
      };
      for (std::size_t i = 0; i < clients_.size(); ++i)
        if (!crosses(clients_[i], servers_[i], i) || !crosses(servers_[i], clients_[i], ~i))
          return false;
      return true;
    }

    UniqueFd orders_;
    UniqueFd upstream_;
    std::vector<UniqueFd> clients_;
    std::vector<UniqueFd> servers_;
  };

  [[nodiscard]] bool order(const Order& what) const {
    char done = 0;
    return ::send(orders_.get(), &what, sizeof what, MSG_NOSIGNAL) == sizeof what &&
           ::recv(orders_.get(), &done, 1, 0) == 1 && done != 0;
  }

  SocketAddress upstream_;
  UniqueFd orders_;
  pid_t child_ = -1;
};

}  // namespace egressctl::forward::testing
