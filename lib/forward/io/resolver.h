// Finds the addresses of names without waiting for them.
//
// Answers are kept as long as DNS says, failures for a short while, and names that several
// connections ask for at the same time are asked for once. As Envoy's DNS cache does, names that
// are in use are asked for again before their answer ends, so that no connection waits. c-ares does
// the asking.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/base/ip_address.h"
#include "lib/base/result.h"
#include "lib/forward/counter.h"
#include "lib/forward/io/event_loop.h"

struct ares_addrinfo;
struct ares_channeldata;

namespace egressctl::forward {

struct ResolverSettings {
  // Names whose addresses are given: no one is asked for them.
  std::map<std::string, std::vector<IpAddress>> hosts;
  std::vector<std::string> servers;  // "10.0.0.10", "10.0.0.10:53"; none: those of the system
  std::chrono::milliseconds timeout{5000};  // for a server's answer, all tries together
  std::chrono::seconds shortest{1};         // that an answer is kept, whatever its TTL
  std::chrono::milliseconds longest{30'000};
  std::chrono::seconds failure{1};  // that a failure is kept
  // How long a name is in use after it was asked for, and how often those are looked after; the
  // second is also how long before its end an answer is asked for again.
  std::chrono::milliseconds in_use{300'000};
  std::chrono::milliseconds look{1000};
  std::size_t most_names = 10'000;  // that are kept; beyond them the oldest answers go
};

enum class Resolution {
  Found,
  NoSuchName,  // or one without addresses
  Failed,      // no answer in time, or a server's failure
};

// "found", "no such name", "no answer": for logs and counters.
[[nodiscard]] std::string_view to_string(Resolution resolution);

// Names that were looked up, by what came of it; may be shared by several resolvers.
struct ResolverCounters {
  Counter found;  // DNS was asked
  Counter no_such_name;
  Counter failed;
  Counter cached;  // the answer was known, be it that there is none
  Counter joined;  // the question was on its way
};

// Of one thread: the loop's. Names are taken as they are: no search list is tried, or a client
// could ask for names of the cluster in disguise.
class Resolver {
 public:
  // Waits for an answer. Leaving before it comes (its destruction) is allowed.
  class Waiter {
   public:
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    virtual ~Waiter() { cancel(); }

    void cancel();

    // Addresses in the order in which to try them: families take turns, IPv6 first (RFC 8305).
    virtual void on_resolved(Resolution resolution, const std::vector<IpAddress>& addresses) = 0;

   private:
    friend class Resolver;
    std::vector<Waiter*>* queue_ = nullptr;
  };

  // The loop must outlive it. Fails with ErrorCode::Usage when a server is no address.
  // What it counts is added to `counters`, which must outlive it, too.
  [[nodiscard]] static Result<std::unique_ptr<Resolver>> make(EventLoop& loop,
                                                              ResolverSettings settings,
                                                              ResolverCounters& counters);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver();

  // Calls the waiter, at once when the answer is known.
  void resolve(const std::string& name, Waiter& waiter);

  // Looks after the names that are known: it does so by itself as often as the settings say.
  void refresh();

 private:
  struct Query;
  struct Answer {
    Resolution resolution = Resolution::Failed;
    std::vector<IpAddress> addresses;
    Clock::time_point until;
    Clock::time_point used;  // when it was asked for last
  };
  class SocketHandler;
  class Ticker;
  class Refresher;

  Resolver(EventLoop& loop, ResolverSettings settings, ResolverCounters& counters);

  void ask(const std::string& name, std::unique_ptr<Query> query);
  void take(const std::string& name, int status, const ares_addrinfo* result);
  void keep(const std::string& name, const Answer& answer);
  void process(int readable, int writable);
  void socket_changed(int fd, bool wanted);
  void tick();

  EventLoop& loop_;
  ResolverSettings settings_;
  ares_channeldata* channel_ = nullptr;
  std::unordered_map<std::string, Answer> answers_;
  std::unordered_map<std::string, std::unique_ptr<Query>> queries_;
  std::unordered_map<int, SocketHandler*> sockets_;
  TimerList ticks_;
  std::unique_ptr<Ticker> ticker_;
  TimerList looks_;
  std::unique_ptr<Refresher> refresher_;
  ResolverCounters& counters_;
};

}  // namespace egressctl::forward
