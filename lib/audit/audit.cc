#include "lib/audit/audit.h"

#include <algorithm>
#include <deque>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/mesh/injection.h"
#include "lib/mesh/network_policies.h"
#include "lib/trace/clients.h"
#include "lib/trace/pods.h"
#include "lib/trace/targets.h"
#include "lib/trace/words.h"

namespace egressctl::audit {
namespace {

using mesh::Workload;
using topology::Causes;
using topology::Proxy;
using trace::Request;
using trace::Trace;
using trace::Verdict;

// Names that no one can own (RFC 6761), so that no entry but one for everything is for them.
constexpr std::string_view kUnregistered = "unregistered.invalid";
constexpr std::string_view kForeign = "foreign.invalid";

struct Client {
  Workload pod;
  Proxy proxy;
  std::string name;
};

Causes cause_of(const resource::Resource* resource, SourceRange range) {
  if (resource == nullptr) return {};
  return {{.resource = resource, .range = range}};
}

// The proxy holds the namespace's name, to which the pod refers.
std::deque<Client> clients_of(const mesh::Mesh& mesh) {
  std::deque<Client> out;
  for (Proxy& proxy : trace::clients(mesh)) {
    Client& client = out.emplace_back();
    client.name = proxy.workload != nullptr ? proxy.name : "*";
    client.proxy = std::move(proxy);
    client.pod = trace::pod_of(client.proxy);
  }
  return out;
}

class Audit {
 public:
  explicit Audit(const mesh::Mesh& mesh)
      : mesh_(mesh), policies_(mesh), tracer_(mesh), hosts_(trace::external_targets(mesh)) {}

  std::vector<Finding> run() {
    const std::deque<Client> clients = clients_of(mesh_);
    for (const Client& client : clients) check_client(client);
    for (const Workload& workload : mesh_.workloads().all()) {
      const Proxy proxy = topology::proxy_of(mesh_, workload);
      if (proxy.type == topology::ProxyType::Router) check_gateway(proxy);
    }
    std::stable_sort(out_.begin(), out_.end(), [](const Finding& a, const Finding& b) {
      return std::tie(a.name_space, a.workload, a.way) < std::tie(b.name_space, b.workload, b.way);
    });
    return std::move(out_);
  }

 private:
  void check_client(const Client& client) {
    client_ = &client;
    hole_ = policies_.way_out(client.pod, mesh::Transport::Tcp);
    const bool may_udp = policies_.way_out(client.pod, {mesh::Transport::Udp, 443}).has_value();
    check_network_policy();
    add(Way::Udp, through(may_udp),
        may_udp ? "UDP 443 (HTTP/3) of the internet is open, and no sidecar takes UDP"
                : "NetworkPolicies keep UDP 443 in",
        binding());
    if (!check_sidecar()) return;
    check_exclusions();
    check_unregistered();
    check_hosts();
  }

  [[nodiscard]] static State through(bool allowed) { return allowed ? State::Open : State::Held; }

  void add(Way way, State state, std::string why, Causes causes) {
    out_.push_back({std::string(client_->pod.name_space),
                    client_->name,
                    way,
                    state,
                    std::move(why),
                    std::move(causes),
                    {}});
  }

  [[nodiscard]] Causes binding() const {
    Causes out;
    for (const mesh::PolicyView* policy : policies_.binding(client_->pod, mesh::Direction::Egress))
      out.push_back({.resource = policy->resource, .range = policy->resource->range});
    return out;
  }

  // Whether the pod's policies let it out at the port.
  [[nodiscard]] State through_port(std::int64_t port) const {
    return through(policies_.way_out(client_->pod, {mesh::Transport::Tcp, port}).has_value());
  }

  void check_network_policy() {
    Causes causes = binding();
    if (!hole_) {
      add(Way::NetworkPolicy, State::Closed, "NetworkPolicies let nothing out to the internet",
          std::move(causes));
    } else if (causes.empty()) {
      add(Way::NetworkPolicy, State::Open,
          "no NetworkPolicy restricts its egress: a process that goes around the sidecar is free",
          {});
    } else {
      add(Way::NetworkPolicy, State::Open,
          fmt::format("its NetworkPolicies let TCP out to the internet, such as {}",
                      trace::at(hole_->address.to_string(), hole_->port)),
          std::move(causes));
    }
  }

  // Whether the pod has a sidecar; when not, that is the finding.
  bool check_sidecar() {
    const auto none = mesh::no_sidecar(mesh_, client_->pod);
    if (none) {
      add(Way::NoSidecar, through(hole_.has_value()), std::string(none->why),
          cause_of(none->resource, none->range));
    } else {
      add(Way::NoSidecar, State::Closed, "it has a sidecar", {});
    }
    return !none;
  }

  void check_exclusions() {
    const std::vector<mesh::Exclusion> found = mesh::exclusions_of(client_->pod);
    if (found.empty()) {
      add(Way::Exclusion, State::Closed, "nothing takes connections from the sidecar", {});
      return;
    }
    for (const mesh::Exclusion& one : found)
      add(Way::Exclusion, one.port ? through_port(*one.port) : through(hole_.has_value()),
          mesh::describe(one), cause_of(client_->pod.resource, one.range));
  }

  [[nodiscard]] Request request_for(std::string_view host, std::int64_t port) const {
    Request request;
    request.client = client_->proxy;
    request.host = host;
    request.port = static_cast<std::uint32_t>(port);
    request.proxies_only = true;  // pods and policies are looked at by themselves
    return request;
  }

  [[nodiscard]] Trace trace_to(std::string_view host, std::int64_t port) const {
    return tracer_.trace(request_for(host, port));
  }

  void check_unregistered() {
    for (const std::int64_t port : {443, 80, 50000}) {
      const Trace trace = trace_to(kUnregistered, port);
      if (trace.verdict != Verdict::Bypass && trace.verdict != Verdict::Misrouted) continue;
      add(Way::Passthrough, through_port(port),
          fmt::format("a host that no one registered, port {}: {}", port, trace.reason),
          trace.blame.empty() && !trace.hops.empty() ? trace.hops.front().causes : trace.blame);
      if (!trace.hops.empty() && trace.hops.front().cluster != topology::kPassthroughCluster)
        out_.back().mend =
            "give the ServiceEntry that takes every name the hosts that are needed, or lead it to "
            "the gateway";
      return;
    }
    add(Way::Passthrough, State::Closed, "hosts that no one registered are refused", {});
  }

  void check_hosts() {
    std::vector<std::string> direct;
    std::vector<std::string> any;    // hosts whose route leads to every name
    std::vector<std::string> fixed;  // hosts that are reached with every name inside
    bool free = false;               // a NetworkPolicy lets one of them be reached directly
    Causes direct_causes;
    Causes any_causes;
    Causes fixed_causes;
    for (const auto& [host, port] : hosts_) {
      const Trace trace = trace_to(host, port);
      const std::string target = trace::at(host, port);
      if (trace.verdict == Verdict::Bypass) {
        direct.push_back(target);
        free = free || through_port(port) == State::Open;
        if (!trace.hops.empty() && direct_causes.empty()) direct_causes = trace.hops.front().causes;
      }
      if (!wraps_tls(trace)) continue;
      Request request = request_for(host, port);
      request.inner_sni = kForeign;
      const Trace lie = tracer_.trace(request);
      if (lie.verdict != Verdict::Delivered && lie.verdict != Verdict::Misrouted) continue;
      const bool everywhere = lie.reached.starts_with(kForeign);
      (everywhere ? any : fixed).push_back(target);
      Causes& causes = everywhere ? any_causes : fixed_causes;
      if (causes.empty()) causes = lie.hops.back().causes;
    }
    if (direct.empty()) {
      add(Way::Direct, State::Closed, "all registered hosts go through a gateway or are refused",
          {});
    } else {
      add(Way::Direct, through(free), fmt::format("the sidecar connects to {} itself", few(direct)),
          std::move(direct_causes));
    }
    // The gateway's NetworkPolicies let it out: that is what it is for.
    if (!any.empty())
      add(Way::InnerSni, State::Open,
          fmt::format("who asks for {} gets to any name by an inner SNI of it", few(any)),
          std::move(any_causes));
    if (!fixed.empty())
      add(Way::InnerSni, State::Open,
          fmt::format("no one checks the inner SNI on the way to {}: its servers can be asked for "
                      "any name",
                      few(fixed)),
          std::move(fixed_causes));
    if (any.empty() && fixed.empty())
      add(Way::InnerSni, State::Closed, "every inner SNI is checked", {});
  }

  // Whether the mesh's mTLS goes around the client's own TLS, so that the gateway's chain sees the
  // outer SNI alone.
  static bool wraps_tls(const Trace& trace) {
    if (trace.verdict != Verdict::Delivered || trace.hops.empty()) return false;
    const trace::Hop& sidecar = trace.hops.front();
    return !sidecar.server_name.empty() && sidecar.tls &&
           sidecar.tls->kind == topology::TlsKind::IstioMutual;
  }

  // "a, b, c and 4 more".
  [[nodiscard]] static std::string few(const std::vector<std::string>& words) {
    constexpr std::size_t kShown = 3;
    if (words.size() <= kShown) return join(words, ", ");
    const std::vector<std::string> first(words.begin(), words.begin() + kShown);
    return fmt::format("{} and {} more", join(first, ", "), words.size() - kShown);
  }

  void check_gateway(const Proxy& proxy) {
    for (const topology::Listener& listener : tracer_.topology_of(proxy).listeners)
      for (const topology::FilterChain& chain : listener.filter_chains)
        check_chain(proxy, listener, chain);
  }

  void check_chain(const Proxy& proxy, const topology::Listener& listener,
                   const topology::FilterChain& chain) {
    const topology::NetworkFilter* filter = chain.filter(topology::kSniForwardProxy);
    if (filter == nullptr) filter = chain.filter(topology::kOwnSniForwardProxy);
    if (filter == nullptr) return;
    const std::vector<std::string>& names = chain.match.server_names;
    const bool any = names.empty() || std::find(names.begin(), names.end(), "*") != names.end();
    const bool open = !listener.internal && !(chain.tls && chain.tls->require_client_certificate);
    out_.push_back({proxy.name_space,
                    proxy.name,
                    Way::AnySni,
                    any ? State::Open : State::Closed,
                    any ? fmt::format("listener {} forwards to every name", listener.name)
                        : fmt::format("listener {} forwards to {} only", listener.name, few(names)),
                    filter->causes,
                    {}});
    out_.push_back(
        {proxy.name_space,
         proxy.name,
         Way::OpenForwarder,
         open ? State::Open : State::Closed,
         open ? fmt::format("listener {} forwards by SNI for clients without a "
                            "certificate of the mesh",
                            listener.name)
              : fmt::format("listener {} is reached through the mesh's mTLS only", listener.name),
         listener.causes,
         {}});
  }

  const mesh::Mesh& mesh_;
  mesh::NetworkPolicyIndex policies_;
  trace::Tracer tracer_;
  std::vector<trace::Target> hosts_;
  const Client* client_ = nullptr;
  std::optional<mesh::WayOut> hole_;  // of TCP
  std::vector<Finding> out_;
};

}  // namespace

std::vector<Finding> audit(const mesh::Mesh& mesh) {
  return Audit(mesh).run();
}

}  // namespace egressctl::audit
