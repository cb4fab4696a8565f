// EGR0215 services-disagree
#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "lib/lint/context.h"
#include "lib/lint/rules/references/references.h"
#include "lib/mesh/network_policies.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0215", "services-disagree", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/gateway/#Port", "istio/istio#55326"};

using mesh::GatewayView;
using mesh::Service;
using mesh::ServicePort;

std::string target_of(const ServicePort& port) {
  return port.target != 0 ? fmt::format("{}", port.target) : std::string(port.target_name);
}

// Where the port's target is written, or the port without one.
SourceRange place_of(const Service& service, const ServicePort& port) {
  for (const auto& written : *service.kubernetes->ports)
    if (written.node == port.node && written->target_port.present())
      return written->target_port.range;
  return port.range;
}

// Two Services of one gateway whose ports of one number lead to different ports of the pods.
void check_services(const GatewayView& gateway, std::unordered_set<const yaml::Node*>& told,
                    Diagnostics& out) {
  struct First {
    const Service* service;
    const ServicePort* port;
  };
  std::unordered_map<std::int64_t, First> first;
  for (const Service* service : gateway.services)
    for (const ServicePort& port : service->ports) {
      const auto [known, added] = first.try_emplace(port.number, First{service, &port});
      const First& other = known->second;
      if (added || other.service == service || target_of(*other.port) == target_of(port) ||
          !told.insert(port.node).second)
        continue;
      out.report(kId, place_of(*service, port),
                 "port {} of \"{}\" leads to port {} of the gateway's pods, and that of \"{}\" to "
                 "{}: istiod lets them listen for one of the two",
                 port.number, service->host, target_of(port), other.service->host,
                 target_of(*other.port))
          .related(place_of(*other.service, *other.port), "the other Service's port")
          .help("let both have the same targetPort, or keep one Service");
    }
}

// The port of the pods behind a Service's port, when it is another one and the pods themselves do
// not listen on that number; else 0.
std::int64_t moved_to(const std::vector<const GatewayView*>& gateways, std::int64_t number) {
  std::int64_t out = 0;
  for (const GatewayView* gateway : gateways) {
    for (const Service* service : gateway->services)
      for (const ServicePort& port : service->ports) {
        if (port.target == number || (port.target == 0 && port.number == number)) return 0;
        if (port.number == number) out = port.target;
      }
    for (const auto& server : *gateway->gateway->servers)
      if (gateway->pod_port(*server->port->number) == number) return 0;
  }
  return out;
}

// NetworkPolicies see the pods' ports.
class PolicyPorts {
 public:
  PolicyPorts(const Context& in, Diagnostics& out) : in_(in), out_(out), policies_(in.mesh()) {}

  void check(const GatewayView& gateway) {
    for (const mesh::Workload* pod : gateway.pods) {
      if (!seen_.insert(pod).second) continue;
      for (const mesh::PolicyView* policy : policies_.binding(*pod, mesh::Direction::Ingress))
        for (const auto& rule : *policy->rules(mesh::Direction::Ingress))
          for (const auto& port : *rule->ports) check_port(gateway, *pod, *port);
    }
  }

 private:
  void check_port(const GatewayView& gateway, const mesh::Workload& pod,
                  const resource::NetworkPort& entry) {
    if (!entry.port.present() || !entry.port->is_number || entry.end_port.present()) return;
    const std::int64_t target = moved_to(in_.gateways().at(pod), entry.port->number);
    if (target == 0 || !told_.insert(entry.port.node).second) return;
    out_.report(kId, entry.port.range,
                "the gateway's pods take port {} of their Service on port {}, which is what a "
                "NetworkPolicy sees",
                entry.port->number, target)
        .related(gateway.resource->metadata.name.range, "the Gateway is here")
        .help(fmt::format("allow port {}", target));
  }

  const Context& in_;
  Diagnostics& out_;
  mesh::NetworkPolicyIndex policies_;
  std::unordered_set<const mesh::Workload*> seen_;
  std::unordered_set<const yaml::Node*> told_;
};

void check(const Context& in, Diagnostics& out) {
  std::unordered_set<const yaml::Node*> told;
  for (const GatewayView& gateway : in.gateways().all()) check_services(gateway, told, out);
  if (in.mesh().all(resource::Kind::NetworkPolicy).empty()) return;
  PolicyPorts policies(in, out);
  for (const GatewayView& gateway : in.gateways().all()) policies.check(gateway);
}

}  // namespace

const Rule kServicesDisagree{
    .info = {.id = kId,
             .summary = "a port of a gateway that leads to different ports of its pods",
             .why = "istiod tells the pods to listen for the port of the first Service; who comes "
                    "by the other one gets \"connection refused\" (`UF`). A NetworkPolicy for a "
                    "port on which the pods do not listen lets nobody in.",
             .mend = "Keep one Service, or the same `targetPort` in all; in policies write the "
                     "pods' port.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
