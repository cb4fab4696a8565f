#include "lib/audit/audit.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/mesh/injection.h"
#include "lib/mesh/network_policies.h"
#include "lib/trace/targets.h"

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

// Addresses of the internet; what policies name themselves comes on top.
constexpr std::string_view kAddresses[] = {"93.184.216.34", "185.15.59.224",
                                           "2606:2800:220:1:248:1893:25c8:1946"};
constexpr std::int64_t kPorts[] = {443, 80, 8443, 50000};

struct Client {
  Workload pod;
  Proxy proxy;
  std::string name;
};

Causes cause_of(const resource::Resource* resource, SourceRange range) {
  if (resource == nullptr) return {};
  return {{.resource = resource, .range = range}};
}

// Applications; one that stands for any pod in each namespace that has a Sidecar, else in the
// default one, when the input has no application.
std::vector<Client> clients_of(const mesh::Mesh& mesh) {
  static const resource::TextMap kNone;
  std::vector<Client> out;
  for (const Workload& workload : mesh.workloads().all()) {
    Proxy proxy = topology::proxy_of(mesh, workload);
    if (proxy.type != topology::ProxyType::Sidecar) continue;
    std::string name = proxy.name;
    out.push_back({workload, std::move(proxy), std::move(name)});
  }
  if (!out.empty()) return out;
  std::set<std::string_view> namespaces;
  for (const resource::Resource* sidecar : mesh.all(resource::Kind::Sidecar))
    namespaces.insert(mesh.namespace_of(*sidecar));
  if (namespaces.empty()) namespaces.insert(mesh.settings().default_namespace);
  for (const std::string_view name_space : namespaces) {
    Client& client = out.emplace_back();
    client.name = "*";
    client.pod.name_space = name_space;
    client.pod.labels = &kNone;
    client.proxy.name_space = name_space;
    client.proxy.name = "client";
  }
  return out;
}

bool runs_proxy(const Workload& pod) {
  if (pod.resource->kind != resource::Kind::Pod || pod.spec == nullptr) return false;
  const auto is_proxy = [](const auto& container) { return *container->name == "istio-proxy"; };
  return std::any_of(pod.spec->containers->begin(), pod.spec->containers->end(), is_proxy) ||
         std::any_of(pod.spec->init_containers->begin(), pod.spec->init_containers->end(),
                     is_proxy);
}

class Audit {
 public:
  explicit Audit(const mesh::Mesh& mesh)
      : mesh_(mesh), policies_(mesh), tracer_(mesh), hosts_(trace::external_targets(mesh)) {
    for (const resource::Resource* policy : mesh.all(resource::Kind::NetworkPolicy))
      add_addresses(*policy->as<resource::NetworkPolicy>());
    for (const std::string_view text : kAddresses) addresses_.push_back(*IpAddress::parse(text));
  }

  std::vector<Finding> run() {
    for (const Client& client : clients_of(mesh_)) check_client(client);
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
  void add_addresses(const resource::NetworkPolicy& policy) {
    for (const auto& rule : *policy.egress)
      for (const auto& peer : *rule->peers) {
        if (!peer->ip_block.present()) continue;
        const auto range = IpRange::parse(*peer->ip_block->cidr);
        if (range && internal_kind(range->start()).empty()) addresses_.push_back(range->start());
      }
  }

  void check_client(const Client& client) {
    client_ = &client;
    hole_ = hole(mesh::Transport::Tcp);
    may_tcp_ = !hole_.empty();
    const bool may_udp = !hole(mesh::Transport::Udp).empty();
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
    out_.push_back({std::string(client_->pod.name_space), client_->name, way, state, std::move(why),
                    std::move(causes)});
  }

  [[nodiscard]] Causes binding() const {
    Causes out;
    for (const mesh::PolicyView* policy : policies_.binding(client_->pod, mesh::Direction::Egress))
      out.push_back({.resource = policy->resource, .range = policy->resource->range});
    return out;
  }

  // Where the pod's policies let it open a connection to, "address:port"; empty: nowhere on the
  // internet.
  [[nodiscard]] std::string hole(mesh::Transport transport) const {
    for (const IpAddress& address : addresses_)
      for (const std::int64_t port : kPorts) {
        if (transport == mesh::Transport::Udp && port != 443) continue;
        if (policies_.allows_egress(client_->pod, {nullptr, address}, {transport, port}))
          return address.is_v4() ? fmt::format("{}:{}", address.to_string(), port)
                                 : fmt::format("[{}]:{}", address.to_string(), port);
      }
    return {};
  }

  void check_network_policy() {
    Causes causes = binding();
    if (!may_tcp_) {
      add(Way::NetworkPolicy, State::Closed, "NetworkPolicies let nothing out to the internet",
          std::move(causes));
    } else if (causes.empty()) {
      add(Way::NetworkPolicy, State::Open,
          "no NetworkPolicy restricts its egress: a process that goes around the sidecar is free",
          {});
    } else {
      add(Way::NetworkPolicy, State::Open,
          fmt::format("its NetworkPolicies let TCP out to the internet, such as {}", hole_),
          std::move(causes));
    }
  }

  // Whether the pod has a sidecar; when not, that is the finding.
  bool check_sidecar() {
    const Workload& pod = client_->pod;
    const auto report = [&](std::string why, Causes causes) {
      add(Way::NoSidecar, through(may_tcp_), std::move(why), std::move(causes));
      return false;
    };
    const mesh::Injection injection = mesh::injection_of(mesh_, pod.name_space);
    const resource::Resource* object = mesh_.namespace_object(pod.name_space);
    const resource::Text* word = mesh::injection_word(pod);
    if (pod.spec != nullptr && pod.spec->host_network.present() && *pod.spec->host_network)
      return report("hostNetwork: its pods have no sidecar",
                    cause_of(pod.resource, pod.spec->host_network.range));
    if (injection == mesh::Injection::Ambient)
      return report("ambient: ztunnel lets hosts pass that no waypoint takes",
                    cause_of(object, object->range));
    if (pod.resource != nullptr && runs_proxy(pod)) return has_sidecar();
    if (word != nullptr && **word == "false")
      return report("injection is switched off", cause_of(pod.resource, word->range));
    if (word != nullptr || !pod.labels || (*pod.labels)->find("istio.io/rev") != nullptr)
      return has_sidecar();
    if (injection == mesh::Injection::Off || injection == mesh::Injection::Unlabelled)
      return report("injection is not on in its namespace", cause_of(object, object->range));
    return has_sidecar();
  }

  bool has_sidecar() {
    add(Way::NoSidecar, State::Closed, "it has a sidecar", {});
    return true;
  }

  void check_exclusions() {
    const std::vector<mesh::Exclusion> found = mesh::exclusions_of(client_->pod);
    if (found.empty()) {
      add(Way::Exclusion, State::Closed, "no annotation takes connections from the sidecar", {});
      return;
    }
    for (const mesh::Exclusion& one : found) {
      const auto why = [&]() -> std::string {
        switch (one.kind) {
          case mesh::Exclusion::Kind::Port:
            return one.port ? fmt::format("port {} goes around the sidecar", *one.port)
                            : std::string("every port goes around the sidecar");
          case mesh::Exclusion::Kind::Range:
            return fmt::format("range {} goes around the sidecar", one.word);
          case mesh::Exclusion::Kind::NotIncluded:
            return fmt::format("all but {} goes around the sidecar", one.word);
        }
        return {};
      };
      add(Way::Exclusion, through(may_tcp_), why(),
          cause_of(client_->pod.resource, one.annotation->range));
    }
  }

  [[nodiscard]] Request request_for(std::string_view host, std::int64_t port) const {
    Request request;
    request.client = client_->proxy;
    request.host = host;
    request.port = static_cast<std::uint32_t>(port);
    return request;
  }

  [[nodiscard]] Trace trace_to(std::string_view host, std::int64_t port) const {
    return tracer_.trace(request_for(host, port));
  }

  void check_unregistered() {
    for (const std::int64_t port : {443, 80, 50000}) {
      const Trace trace = trace_to(kUnregistered, port);
      if (trace.verdict != Verdict::Bypass && trace.verdict != Verdict::Misrouted) continue;
      add(Way::Passthrough, through(may_tcp_),
          fmt::format("a host that no one registered, port {}: {}", port, trace.reason),
          trace.blame.empty() && !trace.hops.empty() ? trace.hops.front().causes : trace.blame);
      return;
    }
    add(Way::Passthrough, State::Closed, "hosts that no one registered are refused", {});
  }

  void check_hosts() {
    std::vector<std::string> direct;
    std::vector<std::string> any;    // hosts whose route leads to every name
    std::vector<std::string> fixed;  // hosts that are reached with every name inside
    Causes direct_causes;
    Causes any_causes;
    Causes fixed_causes;
    for (const auto& [host, port] : hosts_) {
      const Trace trace = trace_to(host, port);
      const std::string target = fmt::format("{}:{}", host, port);
      if (trace.verdict == Verdict::Bypass) {
        direct.push_back(target);
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
    add_list(Way::Direct, direct, "the sidecar connects to {} itself",
             "all registered hosts go through a gateway or are refused", std::move(direct_causes));
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

  void add_list(Way way, const std::vector<std::string>& hosts, std::string_view why,
                std::string_view closed, Causes causes) {
    if (hosts.empty()) {
      add(way, State::Closed, std::string(closed), {});
    } else {
      add(way, through(may_tcp_), fmt::format(fmt::runtime(why), few(hosts)), std::move(causes));
    }
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
    out_.push_back({proxy.name_space, proxy.name, Way::AnySni, any ? State::Open : State::Closed,
                    any ? fmt::format("listener {} forwards to every name", listener.name)
                        : fmt::format("listener {} forwards to {} only", listener.name, few(names)),
                    filter->causes});
    out_.push_back(
        {proxy.name_space, proxy.name, Way::OpenForwarder, open ? State::Open : State::Closed,
         open ? fmt::format("listener {} forwards by SNI for clients without a "
                            "certificate of the mesh",
                            listener.name)
              : fmt::format("listener {} is reached through the mesh's mTLS only", listener.name),
         listener.causes});
  }

  const mesh::Mesh& mesh_;
  mesh::NetworkPolicyIndex policies_;
  trace::Tracer tracer_;
  std::vector<trace::Target> hosts_;
  std::vector<IpAddress> addresses_;
  const Client* client_ = nullptr;
  std::string hole_;  // of TCP
  bool may_tcp_ = false;
  std::vector<Finding> out_;
};

}  // namespace

std::vector<Finding> audit(const mesh::Mesh& mesh) {
  return Audit(mesh).run();
}

}  // namespace egressctl::audit
