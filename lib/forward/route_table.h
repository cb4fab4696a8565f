// Which way a name goes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/forward/counters.h"
#include "lib/forward/tls/tls.h"

namespace egressctl::forward {

class RouteTable;

// What a gateway does before it forwards: it ends the outer TLS and looks at what is inside.
struct Termination {
  std::shared_ptr<const TlsContext> tls;
  // By the name of the hello inside; nullptr: whatever is inside goes the outer route's way.
  std::shared_ptr<const RouteTable> inside;
  bool same_name = false;  // the inner name must be the outer one
  // The name of the internal listener that would look inside in Envoy; such a connection leaves two
  // lines in the access log, as Envoy's do. Empty: one.
  std::string listener;
};

// Where connections for some names go.
struct Route {
  // "www.example.com", "*.example.com", in lower case; "*": any name, and none.
  std::vector<std::string> names;
  std::string cluster;  // its name in logs and statistics
  std::string host;     // a name or an address to dial; empty: the name asked for
  std::uint16_t port = 443;
  bool internal_allowed = false;          // addresses that are not of the internet too
  bool original_destination = false;      // dials where the client wanted to go, not `host`
  bool forwards_name = false;             // `tls` asks for the client's name, not for its own
  std::shared_ptr<const TlsContext> tls;  // to wrap what is sent on; nullptr: as it is
  std::shared_ptr<const Termination> termination;
  std::shared_ptr<ClusterCounters> counters;  // never nullptr in a table that is used, but:
  // Where it leads instead of to a place of its own: to one of these, each as often as its weight
  // says. They have no names and no termination, it has no counters.
  std::vector<Route> choices;
  std::uint32_t weight = 1;

  // Whether it may lead to the name asked for, which must then be one.
  [[nodiscard]] bool resolves_name() const;
  // What a connection takes: the route itself, or one of its choices. `random` is any number.
  [[nodiscard]] const Route& taken(std::uint64_t random) const;
};

// Finds the route of a name: exact before wildcard, the longest wildcard first, as Envoy's filter
// chain match does it. Immutable once made; safe to read from several threads.
class RouteTable {
 public:
  RouteTable() = default;

  // Of names that are there twice the first route counts.
  explicit RouteTable(std::vector<Route> routes);

  // The route of a name in lower case and without a final dot, or nullptr: no route is to be
  // guessed.
  [[nodiscard]] const Route* find(std::string_view name) const;

  // The route of any name, and of connections without one; nullptr: there is none.
  [[nodiscard]] const Route* of_any() const { return any_ ? &routes_[*any_] : nullptr; }

  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }
  [[nodiscard]] bool empty() const { return routes_.empty(); }

 private:
  std::vector<Route> routes_;
  std::unordered_map<std::string, std::size_t> exact_;
  std::unordered_map<std::string, std::size_t> wildcards_;  // without "*."
  std::optional<std::size_t> any_;
};

// Why a name may not be asked for, whatever the routes say: "no name", "an IP address", "no
// domain", "not a host name". Empty when it may.
[[nodiscard]] std::string_view refusal_of(std::string_view name);

}  // namespace egressctl::forward
