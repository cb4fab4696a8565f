// One thread's share of the forwarder: its loop, its sockets, its connections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "lib/forward/counters.h"
#include "lib/forward/io/event_loop.h"
#include "lib/forward/io/resolver.h"
#include "lib/forward/io/socket_address.h"
#include "lib/forward/log/access_log.h"
#include "lib/forward/log/log_sink.h"
#include "lib/forward/relay.h"
#include "lib/forward/route_table.h"

namespace egressctl::forward {

class Session;

struct Timeouts {
  std::chrono::milliseconds hello{5'000};
  std::chrono::milliseconds connect{10'000};    // lookup, all addresses
  std::chrono::milliseconds handshake{10'000};  // each side's
  std::chrono::milliseconds idle{3'600'000};
};

enum class ProxyProtocol { Off, V1, V2 };

// What connections of one listener have in common. Immutable: a reload makes a new one, and those
// that are going on keep theirs.
struct ListenerRules {
  std::string name;
  std::shared_ptr<ListenerCounters> counters;  // of all that have had the name
  std::vector<IpRange> allowed;                // internal addresses that may be dialled
  RouteTable routes;
  // Of connections that do not begin with TLS: by the host that a request of HTTP/1 asks for, else
  // by
  // "*". A connection keeps its route: further requests on it go the same way. Empty: TLS alone.
  RouteTable plain;
  SocketAddress address;        // where it listens
  bool proxy_protocol = false;  // clients begin with a PROXY header
  ProxyProtocol proxy_protocol_out = ProxyProtocol::Off;
  bool transparent = false;  // the firewall redirects connections: log where they wanted to go
};

// What all workers share.
struct Shared {
  std::vector<SocketAddress> own;               // listeners: never dialled, it would loop
  std::atomic<std::size_t> max_connections{0};  // of all workers; 0: no limit
  Counters counters;
  std::atomic<std::size_t> open_listeners{0};  // of all workers
  std::unique_ptr<LogSink> log;                // nullptr: no access log
  std::atomic<bool> logging{true};
  AccessLogFormat log_format;
  ConnectionObserver observer;  // may be empty
  std::atomic<std::uint64_t> next_id{1};
};

class Worker {
 public:
  // Fails with ErrorCode::Io or Usage. `shared` must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<Worker>> make(Shared& shared,
                                                            const Timeouts& timeouts,
                                                            ResolverSettings resolver);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  // Takes connections of `socket`, which listens. Before run() or on the worker's thread.
  [[nodiscard]] bool listen(UniqueFd socket, std::shared_ptr<const ListenerRules> rules);

  // New connections of the listener of that name go by these rules. Like listen().
  void replace_rules(const std::shared_ptr<const ListenerRules>& rules);

  // Those of connections that are going on, too. Like listen().
  void set_timeouts(const Timeouts& timeouts);

  // Takes no more connections after `grace`. Those that the system has taken for it come first.
  // Like listen().
  void stop_listening(std::chrono::milliseconds grace = std::chrono::milliseconds(0));

  // Ends all connections. Like listen().
  void close_all();

  void run() { loop_->run(); }
  [[nodiscard]] EventLoop& loop() { return *loop_; }

 private:
  friend class Dialer;
  friend class Session;
  class Listener;
  class Closing;

  Worker(Shared& shared, const Timeouts& timeouts, std::unique_ptr<EventLoop> loop);

  void accept(UniqueFd fd, const SocketAddress& remote,
              const std::shared_ptr<const ListenerRules>& rules);
  // Whether anybody wants to know of connections that have ended.
  [[nodiscard]] bool wants_records() const;
  void refuse(UniqueFd fd, const SocketAddress& remote, const ListenerRules& rules);
  void add_line(const ConnectionRecord& record);
  void flush_lines();
  [[nodiscard]] std::uint64_t random() { return random_(); }

  Shared& shared_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<Resolver> resolver_;
  RelayMemory memory_;
  std::mt19937_64 random_{std::random_device()()};  // spreads load, guards nothing
  TimerList hello_timers_;
  TimerList connect_timers_;
  TimerList handshake_timers_;
  TimerList idle_timers_;
  TimerList attempt_timers_;
  TimerList pause_timers_;
  std::vector<Listener*> listeners_;
  std::unique_ptr<Closing> closing_;
  Session* first_ = nullptr;
  std::string lines_;
};

}  // namespace egressctl::forward
