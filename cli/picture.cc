#include "cli/picture.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace egressctl::cli {
namespace {

using render::Graph;
using render::GraphEdge;
using render::GraphNode;
using render::NodeKind;
using trace::Hop;
using trace::Place;
using trace::Traced;
using trace::Verdict;

constexpr std::size_t kManyHosts = 14;     // from so many on those with one way become one node
constexpr std::size_t kManyClients = 10;   // the same for the clients of a namespace
constexpr std::size_t kManyListeners = 9;  // and for the internal listeners of a gateway
constexpr std::size_t kNamesShown = 6;

// One step of a way: where from, where to, how.
struct Step {
  std::string from;
  std::string to;  // empty: the host
  std::string label;
  std::string server_name;
  std::string problem;
  std::string client;  // of the last step

  auto operator<=>(const Step&) const = default;
};

// The steps of one host, of all clients together.
using Way = std::set<Step>;

class Picture {
 public:
  Picture(const std::vector<Traced>& traces, const Diagnostics& findings, Folding folding)
      : findings_(findings), folds_(folding == Folding::Groups) {
    std::set<std::string> clients;
    for (const Traced& traced : traces) clients.insert(full_name(traced));
    fold_clients_ = folds_ && clients.size() >= kManyClients;
    std::set<std::string> listeners;
    for (const Traced& traced : traces)
      for (const Hop& hop : traced.trace.hops)
        if (hop.place == Place::InternalListener) listeners.insert(hop.proxy + hop.listener);
    fold_listeners_ = folds_ && listeners.size() >= kManyListeners;
    for (const Traced& traced : traces) add(traced);
  }

  Graph draw() {
    std::map<Way, std::vector<std::string>> by_way;
    for (const std::string& host : order_) by_way[shape(ways_[host])].push_back(host);
    const bool fold = folds_ && order_.size() >= kManyHosts;
    std::set<std::string> done;
    for (const std::string& host : order_) {
      if (done.contains(host)) continue;
      const std::vector<std::string>& alike = by_way[shape(ways_[host])];
      const std::vector<std::string> group =
          fold && alike.size() > 1 ? alike : std::vector<std::string>{host};
      done.insert(group.begin(), group.end());
      add_hosts(group);
    }
    for (auto& [ends, edge] : edges_) graph_.edges.push_back(finished(edge));
    return std::move(graph_);
  }

 private:
  struct Edge {
    std::size_t from = 0;
    std::size_t to = 0;
    std::string label;
    std::set<std::string> names;                            // SNI
    std::map<std::string, std::set<std::string>> problems;  // whose they are; "" is none
  };

  static std::string full_name(const Traced& traced) {
    return fmt::format("{}/{}", traced.request.client.name_space, traced.request.client.name);
  }

  [[nodiscard]] std::string client_of(const Traced& traced) const {
    return fold_clients_ ? traced.request.client.name_space + "/*" : full_name(traced);
  }

  void add(const Traced& traced) {
    const std::string host = fmt::format("{}:{}", traced.request.host, traced.request.port);
    if (!ways_.contains(host)) order_.push_back(host);
    Way& way = ways_[host];
    std::string from = "client " + client_of(traced);
    node(from, NodeKind::Client, client_of(traced));
    const std::vector<Hop>& hops = traced.trace.hops;
    for (std::size_t i = 1; i < hops.size(); ++i) {
      const Hop& hop = hops[i];
      const bool inside = hop.place == Place::InternalListener;
      const std::string title = !inside           ? hop.proxy
                                : fold_listeners_ ? std::string("internal listeners")
                                                  : hop.listener;
      const std::string to =
          inside ? fmt::format("listener {} {}", hop.proxy, title) : "gateway " + hop.proxy;
      node(to, inside ? NodeKind::SniProxy : NodeKind::Gateway, title);
      way.insert({from, to, label_of(hops[i - 1]), name_of(hops[i - 1]), {}, {}});
      from = to;
    }
    const Hop& last = hops.back();
    way.insert({from,
                {},
                last.tls ? label_of(last) : std::string(),
                {},
                problem_of(traced),
                client_of(traced)});
  }

  static std::string label_of(const Hop& hop) {
    if (!hop.tls) return {};
    return hop.tls->kind == topology::TlsKind::IstioMutual ? "mTLS of the mesh" : "TLS";
  }

  static std::string name_of(const Hop& hop) { return hop.tls ? hop.tls->sni : std::string(); }

  [[nodiscard]] std::string problem_of(const Traced& traced) const {
    const trace::Trace& trace = traced.trace;
    if (trace.verdict == Verdict::Delivered) return {};
    std::string out(trace::to_string(trace.verdict));
    if (trace.verdict == Verdict::Misrouted) out += " to " + trace.reached;
    const std::string_view rule = rule_of(traced);
    return rule.empty() ? out : fmt::format("{} [{}]", out, rule);
  }

  // An error about a resource that is at fault, else about one on the way.
  [[nodiscard]] std::string_view rule_of(const Traced& traced) const {
    const std::string_view rule = error_about({&traced.trace.blame});
    if (!rule.empty()) return rule;
    std::vector<const topology::Causes*> way;
    for (const Hop& hop : traced.trace.hops) way.push_back(&hop.causes);
    return error_about(way);
  }

  [[nodiscard]] std::string_view error_about(
      const std::vector<const topology::Causes*>& lists) const {
    std::set<std::tuple<std::string, std::string, std::string>> own;
    for (const topology::Causes* causes : lists)
      for (const topology::Cause& cause : *causes) {
        const ResourceName name = cause.resource->resource_name();
        own.emplace(name.kind, name.name_space, name.name);
      }
    for (const Diagnostic& finding : findings_) {
      const ResourceName& name = finding.resource;
      if (finding.severity == Severity::Error &&
          own.contains({name.kind, name.name_space, name.name}))
        return finding.rule.id;
    }
    return {};
  }

  // What ways must have in common for their hosts to become one node.
  static Way shape(const Way& way) {
    Way out;
    for (Step step : way) {
      step.server_name.clear();
      out.insert(std::move(step));
    }
    return out;
  }

  std::size_t node(const std::string& id, NodeKind kind, const std::string& title) {
    const auto [known, added] = places_.try_emplace(id, graph_.nodes.size());
    if (added) graph_.nodes.push_back({id, kind, title, {}});
    return known->second;
  }

  void add_hosts(const std::vector<std::string>& hosts) {
    const std::size_t place =
        node("host " + hosts.front(), NodeKind::Host,
             hosts.size() == 1 ? hosts.front() : fmt::format("{} hosts", hosts.size()));
    if (hosts.size() > 1) {
      std::vector<std::string>& lines = graph_.nodes[place].lines;
      for (std::size_t i = 0; i < std::min(kNamesShown, hosts.size()); ++i)
        lines.push_back(hosts[i]);
      if (hosts.size() > kNamesShown)
        lines.push_back(fmt::format("and {} more", hosts.size() - kNamesShown));
    }
    for (const std::string& host : hosts)
      for (const Step& step : ways_[host]) {
        const std::size_t from = places_.at(step.from);
        const std::size_t to = step.to.empty() ? place : places_.at(step.to);
        Edge& edge = edges_[{from, to}];
        edge.from = from;
        edge.to = to;
        if (!step.label.empty()) edge.label = step.label;
        if (!step.server_name.empty()) edge.names.insert(step.server_name);
        if (!step.client.empty()) edge.problems[step.problem].insert(step.client);
      }
  }

  static std::string names_of(const std::set<std::string>& clients) {
    return clients.size() == 1 ? *clients.begin() : fmt::format("{} clients", clients.size());
  }

  static GraphEdge finished(const Edge& edge) {
    GraphEdge out{edge.from, edge.to, edge.label, {}};
    if (edge.names.size() == 1) out.label += fmt::format(", SNI {}", *edge.names.begin());
    if (edge.names.size() > 1) out.label += fmt::format(", {} SNI names", edge.names.size());
    const auto well = edge.problems.find("");
    for (const auto& [problem, clients] : edge.problems) {
      if (problem.empty()) continue;
      out.problem += (out.problem.empty() ? "" : "; ") + problem;
      if (edge.problems.size() == 1) continue;
      // Of folded clients, and of several hosts behind an edge.
      const bool mixed = well != edge.problems.end() && clients == well->second;
      out.problem += mixed ? std::string(" for some") : " for " + names_of(clients);
    }
    return out;
  }

  const Diagnostics& findings_;
  bool folds_ = true;
  bool fold_clients_ = false;
  bool fold_listeners_ = false;
  Graph graph_;
  std::map<std::string, std::size_t> places_;  // of nodes, by id
  std::vector<std::string> order_;             // of hosts
  std::map<std::string, Way> ways_;            // of hosts
  std::map<std::pair<std::size_t, std::size_t>, Edge> edges_;
};

}  // namespace

render::Graph picture_of(const std::vector<Traced>& traces, const Diagnostics& findings,
                         Folding folding) {
  return Picture(traces, findings, folding).draw();
}

}  // namespace egressctl::cli
