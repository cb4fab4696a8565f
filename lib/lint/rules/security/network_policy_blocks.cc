// EGR0504 network-policy-blocks
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "lib/base/text.h"
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

class Check {
 public:
  Check(const Context& in, Diagnostics& out)
      : in_(in), clients_(in.shared<Clients>()), policies_(in.mesh()), out_(out) {
    dns_.push_back(kOpenShiftDns);
  }

  void run() {
    for (const ClientNamespace& client : clients_.all()) {
      if (policies_.in(client.name).empty()) continue;
      for (const mesh::Workload* pod : client.pods) check(client, *pod);
      if (client.pods.empty()) check_unknown_pods(client);
    }
    for (const mesh::Workload& pod : in_.mesh().workloads().all())
      if (!in_.gateways().at(pod).empty()) check_gateway(pod);
  }

 private:
  // The pods that policies were written for, where the input has none.
  void check_unknown_pods(const ClientNamespace& client) {
    for (const PolicyView* policy : policies_.in(client.name)) {
      if (!policy->restricts(Direction::Egress) || !binds_applications(*policy, clients_, in_))
        continue;
      mesh::Workload pod;
      pod.name_space = client.name;
      pod.labels = &policy->policy->pod_selector->match_labels;
      check(client, pod);
    }
  }

  void check(const ClientNamespace& client, const mesh::Workload& pod) {
    const Policies policies = policies_.binding(pod, Direction::Egress);
    if (policies.empty() || !told_.insert(policies).second) return;
    std::vector<std::string> missing = basics(pod, policies);
    const bool sidecar = has_sidecar(in_.mesh(), pod);
    for (const GatewayPath* path : client.paths) {
      const PeerPort port{Transport::Tcp, path->pod_port()};
      if (!sidecar || port.number == 0) continue;
      const mesh::Workload* gateway = gateway_pod(*path);
      const mesh::Peer peer{.pod = gateway, .address = {}};
      if (gateway == nullptr || allows(policies, peer, port)) continue;
      if (!report_service_port(policies, *path, peer, port))
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

  [[nodiscard]] std::vector<std::string> basics(const mesh::Workload& pod,
                                                const Policies& policies) const {
    std::vector<std::string> out;
    if (!opens(policies, dns_)) out.emplace_back("DNS (UDP port 53)");
    if (has_sidecar(in_.mesh(), pod) && !opens(policies, istiod_))
      out.emplace_back("istiod (TCP port 15012)");
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

  [[nodiscard]] bool allows(const Policies& policies, const mesh::Peer& peer, PeerPort port) const {
    return std::any_of(policies.begin(), policies.end(), [&](const PolicyView* policy) {
      return policies_.allows(*policy, Direction::Egress, peer, port);
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
    const resource::NetworkPolicy& policy = *policies.front()->policy;
    const bool written = policy.egress.key.known();
    auto finding =
        out_.report(kId, written ? policy.egress.key : policies.front()->resource->spec_range,
                    "no rule lets the selected pods reach {}", join(missing, " and "));
    if (!written) finding.field("spec.egress");
    for (std::size_t i = 1; i < policies.size(); ++i)
      finding.related(policies[i]->resource->metadata.name.range, "nor does this policy");
    finding.help("add a rule for it; what no rule allows is dropped without a word");
  }

  const Context& in_;
  const Clients& clients_;
  mesh::NetworkPolicyIndex policies_;
  Diagnostics& out_;
  std::vector<PeerPort> dns_ = ports_behind(in_.mesh(), kDns);
  std::vector<PeerPort> istiod_ = ports_behind(in_.mesh(), kIstiod);
  std::set<Policies> told_;  // sets of policies that were looked at
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
