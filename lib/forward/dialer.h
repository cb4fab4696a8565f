// Finds the addresses of where a connection goes, and dials them until one answers.
//
// Source: RFC 8305: the next address gets its try while the last one is still silent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/forward/io/event_loop.h"
#include "lib/forward/io/resolver.h"
#include "lib/forward/io/socket_address.h"
#include "lib/forward/route_table.h"
#include "lib/forward/worker.h"

namespace egressctl::forward {

// Why nothing was reached.
enum class DialFailure {
  NotResolved,  // the name has no addresses, or DNS does not tell them
  Denied,       // it has none that may be dialled
  Refused,      // none of them answers
  OutOfDescriptors,
};

// An address that has answered. Its events go on as those of `tag`.
struct Dialled {
  UniqueFd fd;
  SocketAddress address;
  Clock::duration took{0};
  std::uint32_t tag = 0;
  std::uint32_t events = 0;      // those that have told of it
  bool writing_watched = false;  // events tell when it takes bytes again
};

// Of one connection, used once. Starting and answering may end in the owner's calls at once.
class Dialer final : public Timer, public Resolver::Waiter {
 public:
  // Tags of attempts are 1 to this.
  static constexpr std::uint32_t kMostAttempts = 7;

  // Takes the events of attempts, for on_event(), and what comes of them. May delete the dialer.
  class Owner : public EventHandler {
   public:
    virtual void on_dialled(Dialled dialled) = 0;

    // `words` as for the log; `last` was tried last, or is empty.
    virtual void on_not_dialled(DialFailure why, const std::string& words,
                                const SocketAddress& last) = 0;
  };

  // `route` says the port; it and `rules` which addresses are allowed.
  Dialer(Worker& worker, Owner& owner, const ListenerRules& rules, const Route& route)
      : worker_(worker), owner_(owner), rules_(rules), route_(route) {}

  // `host`: a name, an address, or "unix:PATH".
  void start(const std::string& host);

  // Dials where the client of a redirected connection wanted to go; `local` is this end's address.
  // They are the same when nobody has redirected it: going there would come back here.
  void start(const SocketAddress& local, const SocketAddress& wanted);

  // An event of an attempt.
  void on_event(std::uint32_t tag, std::uint32_t events);

  // The address of the last attempt; empty before the first.
  [[nodiscard]] SocketAddress last_tried() const {
    return next_ == 0 ? SocketAddress() : addresses_[next_ - 1];
  }

  // Whether addresses are known.
  [[nodiscard]] bool connecting() const { return !addresses_.empty(); }

  void on_timeout() override { dial_next(); }
  void on_resolved(Resolution resolution, const std::vector<IpAddress>& addresses) override;

 private:
  void dial_allowed(const std::vector<SocketAddress>& addresses);
  void dial_next();
  [[nodiscard]] bool attempt(const SocketAddress& address);
  void answered(std::uint32_t tag, std::uint32_t events, bool writing_watched);

  Worker& worker_;
  Owner& owner_;
  const ListenerRules& rules_;
  const Route& route_;
  std::vector<SocketAddress> addresses_;
  std::size_t next_ = 0;
  std::vector<UniqueFd> attempts_;  // by tag - 1; invalid when it has failed
  int error_ = 0;                   // the last one's
  Clock::time_point start_;         // of the last one
};

}  // namespace egressctl::forward
