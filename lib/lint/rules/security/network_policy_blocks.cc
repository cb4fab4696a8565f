// EGR0504 network-policy-blocks
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/number.h"
#include "lib/base/text.h"
#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/security/egress_rules.h"
#include "lib/lint/rules/security/security.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

using mesh::Direction;
using mesh::PeerPort;
using mesh::PolicyView;
using mesh::Transport;
using resource::NetworkPort;

constexpr RuleId kId{"EGR0504", "network-policy-blocks", Severity::Error};
constexpr std::string_view kReferences[] = {
    "istio/istio#57661",
    "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/"};

constexpr PeerPort kDns{Transport::Udp, 53};
constexpr PeerPort kIstiod{Transport::Tcp, 15012};

// The port of the pods behind OpenShift's DNS, whose Service has 53.
// Source: openshift/cluster-dns-operator assets/dns/service.yaml, daemonset.yaml.
constexpr PeerPort kOpenShiftDns{Transport::Udp, 5353};

using Policies = std::vector<const PolicyView*>;

// The ports of pods that a Service of the input may lead a well-known port to, and that one itself.
std::vector<PeerPort> ports_behind(const mesh::Mesh& mesh, PeerPort port) {
  std::vector<PeerPort> out{port};
  for (const resource::Resource* resource : mesh.all(resource::Kind::Service))
    for (const auto& entry : *resource->as<resource::Service>()->ports)
      if (*entry->port == port.number && entry->target_port->is_number &&
          (*entry->protocol == "UDP") == (port.transport == Transport::Udp))
        out.push_back({port.transport, entry->target_port->number});
  return out;
}

// The port at which proxies look for istiod, as the mesh says it: "istiod.istio-system.svc:15012".
PeerPort istiod_port(const mesh::Mesh& mesh) {
  const auto* config = mesh.settings().mesh_config;
  const yaml::Node* proxy = config != nullptr ? config->default_config.node : nullptr;
  const yaml::Node* address = proxy != nullptr ? proxy->find("discoveryAddress") : nullptr;
  if (address == nullptr) return kIstiod;
  const std::string_view text = address->scalar;
  const auto port = parse_number<std::int64_t>(text.substr(text.rfind(':') + 1));
  return port ? PeerPort{Transport::Tcp, *port} : kIstiod;
}

// Whether an entry is for the port, or names one of pods that the input lacks.
bool may_be_for(const NetworkPort& entry, PeerPort port) {
  if (entry.port.present() && !entry.port->is_number)
    return (*entry.protocol == "UDP") == (port.transport == Transport::Udp);
  return mesh::covers_port(entry, port, nullptr);
}

// Whether some rule is for one of the ports, whoever its peers are: who serves it is rarely in the
// input.
bool opens(const Policies& policies, const std::vector<PeerPort>& ports) {
  for (const PolicyView* policy : policies)
    for (const auto& rule : *policy->policy->egress) {
      if (rule->ports->empty()) return true;
      for (const auto& entry : *rule->ports)
        if (std::any_of(ports.begin(), ports.end(),
                        [&](PeerPort port) { return may_be_for(*entry, port); }))
          return true;
    }
  return false;
}

// Of pods that only policies tell of, the namespace says it.
bool has_sidecar(const mesh::Mesh& mesh, const mesh::Workload& pod) {
  return mesh::injection_of(mesh, pod.name_space) != mesh::Injection::Ambient &&
         !mesh::no_sidecar(mesh, pod);
}

// Whether the input has policies of another kind, which may let through what a NetworkPolicy does
// not: Cilium takes all together, Calico's and administrators' may come first.
bool has_other_policies(const mesh::Mesh& mesh) {
  constexpr std::string_view kGroups[] = {"cilium.io", "projectcalico.org", "crd.projectcalico.org",
                                          "networking.gke.io", "policy.networking.k8s.io"};
  const auto& unknown = mesh.all(resource::Kind::Unknown);
  return std::any_of(unknown.begin(), unknown.end(), [&](const resource::Resource* resource) {
    return std::find(std::begin(kGroups), std::end(kGroups), resource->api_version.group) !=
           std::end(kGroups);
  });
}

class Check {
 public:
  Check(const Context& in, Diagnostics& out)
      : in_(in), clients_(in.shared<Clients>()), policies_(in.mesh()), out_(out) {
    dns_.push_back(kOpenShiftDns);
  }

  void run() {
    find_reached();
    for (const ClientNamespace& client : clients_.all()) {
      if (policies_.in(client.name).empty()) continue;
      for (const mesh::Workload* pod : client.pods)
        check(client, *pod, policies_.binding(*pod, Direction::Egress));
      if (!in_.mesh().workloads().any_in(client.name)) check_unknown_pods(client);
    }
    for (const mesh::Workload& pod : in_.mesh().workloads().all())
      if (!in_.gateways().at(pod).empty()) check_gateway(pod);
    check_ways_in();
    check_ways_out();
  }

 private:
  using Way = std::pair<std::string_view, std::int64_t>;  // a host of a gateway, and its port

  // The ways that are open to some client. Others may be kept from them on purpose.
  void find_reached() {
    std::set<std::pair<const ClientNamespace*, Policies>> seen;
    for (const ClientNamespace& client : clients_.all())
      for (const mesh::Workload* pod : client.pods) {
        const Policies policies = policies_.binding(*pod, Direction::Egress);
        if (!seen.emplace(&client, policies).second) continue;
        for (const GatewayPath* path : client.paths) {
          const mesh::Workload* gateway = gateway_pod(*path);
          if (policies.empty() || (gateway != nullptr &&
                                   allows(policies, *gateway, {Transport::Tcp, path->pod_port()})))
            reached_.emplace(path->host, path->port);
        }
      }
  }

  // Whether one pod may have the labels of both.
  static bool may_agree(const resource::TextMap& a, const resource::TextMap& b) {
    return std::all_of(a->begin(), a->end(), [&](const auto& label) {
      const resource::Text* other = b->find(label.name);
      return other == nullptr || **other == *label.entry;
    });
  }

  // The pods that policies were written for, where the input has none of the namespace: with them
  // all policies that may be for the same pods.
  void check_unknown_pods(const ClientNamespace& client) {
    const auto& all = policies_.in(client.name);
    for (const PolicyView* policy : all) {
      const resource::LabelSelector& selector = *policy->policy->pod_selector;
      if (!policy->restricts(Direction::Egress) || !selector.match_expressions->empty() ||
          !binds_applications(*policy, clients_, in_))
        continue;
      mesh::Workload pod;
      pod.name_space = client.name;
      pod.labels = &selector.match_labels;
      Policies policies;
      for (const PolicyView* other : all)
        if (other->restricts(Direction::Egress) &&
            may_agree(other->policy->pod_selector->match_labels, selector.match_labels))
          policies.push_back(other);
      check(client, pod, policies);
    }
  }

  void check(const ClientNamespace& client, const mesh::Workload& pod, const Policies& policies) {
    if (policies.empty() || !told_.insert(policies).second) return;
    std::vector<std::string> missing = basics(pod, policies);
    const bool sidecar = has_sidecar(in_.mesh(), pod);
    for (const GatewayPath* path : client.paths) {
      const PeerPort port{Transport::Tcp, path->pod_port()};
      if (!sidecar || port.number == 0) continue;
      const mesh::Workload* gateway = gateway_pod(*path);
      if (gateway == nullptr || allows(policies, *gateway, port)) continue;
      if (!report_service_port(policies, *path, {.pod = gateway, .address = {}}, port) &&
          !reached_.contains({path->host, path->port}))
        missing.push_back(
            fmt::format("egress gateway \"{}\" at port {} of its pods", path->host, port.number));
    }
    report_missing(policies, missing);
  }

  void check_gateway(const mesh::Workload& pod) {
    const Policies policies = policies_.binding(pod, Direction::Egress);
    if (policies.empty() || !told_.insert(policies).second) return;
    report_missing(policies, basics(pod, policies));
  }

  // The way into a gateway's pods that policies restrict.
  struct WayIn {
    const GatewayPath* path = nullptr;
    PeerPort port;  // of the pods
    const mesh::Workload* gateway = nullptr;
    Policies policies;   // none: nothing is restricted
    bool known = false;  // some client is
    bool open = false;   // to one of the clients
  };

  // Whether clients come to the gateways' pods. Rules may well leave some of them out, but not all.
  void check_ways_in() {
    std::map<std::pair<std::string_view, std::int64_t>, WayIn> ways;
    for (const ClientNamespace& client : clients_.all())
      for (const GatewayPath* path : client.paths) {
        const auto [found, added] = ways.try_emplace({path->host, path->port});
        WayIn& way = found->second;
        if (added) way = way_into(*path);
        if (way.policies.empty()) continue;
        for (const mesh::Workload* pod : client.pods) {
          if (way.open || !has_sidecar(in_.mesh(), *pod)) continue;
          way.known = true;
          way.open = lets_in(way, pod);
        }
      }
    for (const auto& [key, way] : ways)
      if (!way.policies.empty() && !(way.known ? way.open : lets_in(way, nullptr)) &&
          !lets_strangers_in(way))
        report(way);
  }

  [[nodiscard]] WayIn way_into(const GatewayPath& path) const {
    WayIn out{.path = &path,
              .port = {Transport::Tcp, path.pod_port()},
              .gateway = gateway_pod(path),
              .policies = {}};
    if (out.port.number == 0 || out.gateway == nullptr) return out;
    out.policies = policies_.binding(*out.gateway, Direction::Ingress);
    // That the Service's port was written in place of the pods' is another rule's.
    if (out.port.number != path.port && names_port(out.policies, path.port)) out.policies.clear();
    return out;
  }

  // Whether a rule lets the client in; nullptr: whichever client.
  [[nodiscard]] bool lets_in(const WayIn& way, const mesh::Workload* client) const {
    return std::any_of(way.policies.begin(), way.policies.end(), [&](const PolicyView* policy) {
      const auto& rules = *policy->policy->ingress;
      return std::any_of(rules.begin(), rules.end(), [&](const auto& rule) {
        return mesh::covers_port(*rule, way.port, way.gateway) &&
               (client == nullptr || may_be(*policy, *rule, *client));
      });
    });
  }

  // Whether a rule is for clients that the input lacks, as it does where those that it has only see
  // the routes of others.
  [[nodiscard]] bool lets_strangers_in(const WayIn& way) const {
    const auto& clients = clients_.all();
    if (std::any_of(clients.begin(), clients.end(), [](const ClientNamespace& client) {
          return client.own != nullptr && !client.pods.empty();
        }))
      return false;
    return std::any_of(way.policies.begin(), way.policies.end(), [&](const PolicyView* policy) {
      const auto& rules = *policy->policy->ingress;
      return std::any_of(rules.begin(), rules.end(), [&](const auto& rule) {
        return mesh::covers_port(*rule, way.port, way.gateway) &&
               std::none_of(clients.begin(), clients.end(), [&](const auto& client) {
                 return std::any_of(client.pods.begin(), client.pods.end(),
                                    [&](const auto* pod) { return may_be(*policy, *rule, *pod); });
               });
      });
    });
  }

  void report(const WayIn& way) {
    if (!ways_in_.emplace(way.policies, way.port.number).second) return;
    report_missing(
        way.policies, Direction::Ingress,
        fmt::format("no rule lets clients reach egress gateway \"{}\" at port {} of its pods",
                    way.path->host, way.port.number));
  }

  // Whether an ingress rule names the port.
  static bool names_port(const Policies& policies, std::int64_t number) {
    const PeerPort port{Transport::Tcp, number};
    return std::any_of(policies.begin(), policies.end(), [&](const PolicyView* policy) {
      const auto& rules = *policy->policy->ingress;
      return std::any_of(rules.begin(), rules.end(), [&](const auto& rule) {
        return !rule->ports->empty() && mesh::covers_port(*rule, port, nullptr);
      });
    });
  }

  // Whether a rule may have the client among its peers; blocks of addresses may be of pods.
  [[nodiscard]] bool may_be(const PolicyView& policy, const resource::NetworkRule& rule,
                            const mesh::Workload& client) const {
    return policies_.meets(policy, rule, {.pod = &client, .address = {}}) || has_block(rule);
  }

  static bool has_block(const resource::NetworkRule& rule) {
    return std::any_of(rule.peers->begin(), rule.peers->end(),
                       [](const auto& peer) { return peer->ip_block.present(); });
  }

  // Whether the gateways' pods get to the hosts of the world that they send to.
  void check_ways_out() {
    std::map<Policies, std::vector<std::string>> missing;
    for (const Hop& hop : in_.shared<Hops>().all()) {
      if (hop.gateway == nullptr || hop.mirror) continue;
      for (const mesh::Service* service : in_.mesh().registry().named(hop.target->host)) {
        const PeerPort port = port_outside(*service, *hop.target->destination);
        if (port.number == 0) continue;
        for (const mesh::Workload* pod : hop.gateway->pods) {
          const Policies policies = policies_.binding(*pod, Direction::Egress);
          if (policies.empty() || leaves(policies, port)) continue;
          auto& texts = missing[policies];
          std::string text = fmt::format("\"{}\" at port {}", hop.target->host, port.number);
          if (std::find(texts.begin(), texts.end(), text) == texts.end())
            texts.push_back(std::move(text));
        }
      }
    }
    for (const auto& [policies, texts] : missing)
      report_missing(
          policies, Direction::Egress,
          fmt::format("no rule lets the egress gateway's pods reach {}", join(texts, " and ")));
  }

  // The port on which a destination is dialled outside of the cluster; 0 for one that may be a pod.
  static PeerPort port_outside(const mesh::Service& service,
                               const resource::Destination& destination) {
    if (service.entry == nullptr || !service.is_external() || !service.entry->endpoints->empty() ||
        service.entry->workload_selector.present())
      return {};
    const mesh::ServicePort* port = destination.port.present()
                                        ? service.port(*destination.port->number)
                                    : service.ports.size() == 1 ? &service.ports.front()
                                                                : nullptr;
    return {Transport::Tcp, port != nullptr ? port->target : 0};
  }

  // Whether some rule is for the port at addresses, whichever these are.
  static bool leaves(const Policies& policies, PeerPort port) {
    for (const PolicyView* policy : policies)
      for (const auto& rule : *policy->policy->egress) {
        if (!rule->peers->empty() && !has_block(*rule)) continue;
        if (rule->ports->empty() ||
            std::any_of(rule->ports->begin(), rule->ports->end(),
                        [&](const auto& entry) { return may_be_for(*entry, port); }))
          return true;
      }
    return false;
  }

  [[nodiscard]] std::vector<std::string> basics(const mesh::Workload& pod,
                                                const Policies& policies) const {
    std::vector<std::string> out;
    if (!opens(policies, dns_)) out.emplace_back("DNS (UDP port 53)");
    if (has_sidecar(in_.mesh(), pod) && !opens(policies, istiod_))
      out.push_back(fmt::format("istiod (TCP port {})", istiod_.front().number));
    return out;
  }

  // A pod that the Service of the path leads to; nullptr when the input has none.
  [[nodiscard]] static const mesh::Workload* gateway_pod(const GatewayPath& path) {
    for (const mesh::GatewayView* view : *path.gateways)
      for (const mesh::Service* service : view->services)
        if (service->host == path.host)
          for (const mesh::Workload* pod : view->pods)
            if (mesh::is_selected(service->kubernetes->selector, *pod->labels)) return pod;
    return nullptr;
  }

  // Whether a rule lets out to the gateway's pods; blocks of addresses may be theirs.
  [[nodiscard]] bool allows(const Policies& policies, const mesh::Workload& gateway,
                            PeerPort port) const {
    return std::any_of(policies.begin(), policies.end(), [&](const PolicyView* policy) {
      const auto& rules = *policy->policy->egress;
      return std::any_of(rules.begin(), rules.end(), [&](const auto& rule) {
        return mesh::covers_port(*rule, port, &gateway) && may_be(*policy, *rule, gateway);
      });
    });
  }

  // Reports rules that let the pods reach the gateway, but at the port of its Service.
  bool report_service_port(const Policies& policies, const GatewayPath& path,
                           const mesh::Peer& peer, PeerPort wanted) {
    const PeerPort service{Transport::Tcp, path.port};
    bool found = false;
    for (const PolicyView* policy : policies)
      for (const auto& rule : *policy->policy->egress) {
        if (!policies_.meets(*policy, *rule, peer)) continue;
        for (const auto& port : *rule->ports)
          if (mesh::covers_port(*port, service, nullptr)) {
            report_port(*port, path, wanted);
            found = true;
          }
      }
    return found;
  }

  void report_port(const NetworkPort& port, const GatewayPath& path, PeerPort wanted) {
    auto finding = out_.report(
        kId, port.port.range,
        "port \"{}\" is that of Service \"{}\"; a NetworkPolicy sees the pods' port, {}, so "
        "nothing reaches the egress gateway",
        port.port->text, path.host, wanted.number);
    finding.help(fmt::format("write port {}", wanted.number));
    if (port.port.node == nullptr || port.end_port.present()) return;
    if (const auto edit = yaml::replace_raw(*port.port.node, std::to_string(wanted.number)))
      finding.fix({.title = "name the port of the pods", .safe = true, .edits = {*edit}});
  }

  void report_missing(const Policies& policies, const std::vector<std::string>& missing) {
    if (missing.empty()) return;
    report_missing(policies, Direction::Egress,
                   fmt::format("no rule lets the selected pods reach {}", join(missing, " and ")));
  }

  void report_missing(const Policies& policies, Direction direction, const std::string& message) {
    if (others_add_) return;
    const auto& rules = policies.front()->rules(direction);
    const bool written = rules.key.known();
    auto finding = out_.report(kId, written ? rules.key : policies.front()->resource->spec_range,
                               "{}", message);
    if (!written) finding.field(direction == Direction::Egress ? "spec.egress" : "spec.ingress");
    for (std::size_t i = 1; i < policies.size(); ++i)
      finding.related(policies[i]->resource->metadata.name.range, "nor does this policy");
    finding.help("add a rule for it; what no rule allows is dropped without a word");
  }

  const Context& in_;
  const Clients& clients_;
  mesh::NetworkPolicyIndex policies_;
  Diagnostics& out_;
  const bool others_add_ = has_other_policies(in_.mesh());
  std::set<Way> reached_;
  std::vector<PeerPort> dns_ = ports_behind(in_.mesh(), kDns);
  std::vector<PeerPort> istiod_ = ports_behind(in_.mesh(), istiod_port(in_.mesh()));
  std::set<Policies> told_;                              // sets of policies that were looked at
  std::set<std::pair<Policies, std::int64_t>> ways_in_;  // told of, with the pods' port
};

void check(const Context& in, Diagnostics& out) {
  if (in.mesh().all(resource::Kind::NetworkPolicy).empty()) return;
  Check(in, out).run();
}

}  // namespace

const Rule kNetworkPolicyBlocks{
    .info = {.id = kId,
             .summary = "a NetworkPolicy that blocks the way to the egress gateway",
             .why = "A NetworkPolicy sees the connection after the Service was resolved: the pod's "
                    "port (8443), not the Service's (443). Connections time out with `UF`; without "
                    "DNS no name resolves, and without istiod the sidecar never gets ready.",
             .mend = "Allow UDP and TCP port 53 for DNS, TCP port 15012 of istiod, and the "
                     "targetPort of the gateway's pods.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
