// Puts the lines of one connection together: the sidecar's, the gateway's and
// that of a listener in the gateway.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/logs/entry.h"

namespace egressctl::logs {

struct LoggedHop {
  Role role = Role::Unknown;
  Entry entry;
};

// From the client on; at least one hop.
struct LoggedConnection {
  std::vector<LoggedHop> hops;

  [[nodiscard]] const Entry* of(Role role) const;  // or nullptr

  // What the application asked for, as near to it as the lines tell.
  [[nodiscard]] std::string_view host() const;
};

// A sidecar's line is followed by the gateway's whose downstream addresses are
// its upstream ones, and which began while it lasted: ports are used again. Where these do not tell
// one connection from another - inside of a gateway, and behind a sidecar whose connection failed -
// names of listeners, times and bytes decide. Lines may come in any order, but a connection whose
// lines are more than `window` connections apart is told in parts.
class Joiner {
 public:
  using Done = std::function<void(LoggedConnection)>;

  Joiner(std::size_t window, Done done) : window_(window), done_(std::move(done)) {}

  void add(Entry entry);
  void finish();  // tells what is left

 private:
  using Pending = std::list<LoggedConnection>;
  using Lists = std::unordered_map<std::string, std::vector<Pending::iterator>>;

  // Takes out, of those with the same addresses, the one whose time fits best; std::nullopt where
  // none can.
  [[nodiscard]] static std::optional<Pending::iterator> take_nearest(Lists& lists,
                                                                     const std::string& key,
                                                                     const Entry& entry,
                                                                     bool is_inner);
  void join_inner(Pending::iterator outer);
  bool join_to_outer(Entry& inner, Role role);
  void index(Pending::iterator connection);
  void drop_from_indexes(Pending::iterator connection);
  void tell_oldest();

  std::size_t window_;
  Done done_;
  Pending pending_;  // the oldest first
  Lists by_upstream_;
  Lists by_downstream_;
  Lists inner_;  // by where they were reached
  Lists outer_;  // by where they went
};

}  // namespace egressctl::logs
