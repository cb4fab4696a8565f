// EGR0324 partly-past-gateway
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lib/lint/rules/references/labels.h"
#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/egress_legs.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/lint/rules/routing/sidecar_ports.h"
#include "lib/mesh/host.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0324", "partly-past-gateway", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/virtual-service/"
    "#HTTPRouteDestination",
    "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/"
    "#additional-security-considerations"};

// Calls `use` with the route as it is written, of whatever kind.
template <typename Use>
void with_written(const mesh::VirtualService& service, const mesh::Route& route, const Use& use) {
  const resource::VirtualService& spec = *service.service;
  switch (route.kind) {
    case mesh::RouteKind::Http: return use(*(*spec.http)[route.index]);
    case mesh::RouteKind::Tls: return use(*(*spec.tls)[route.index]);
    case mesh::RouteKind::Tcp: return use(*(*spec.tcp)[route.index]);
  }
}

const std::string& gateway_of(const GatewayLeg& leg) {
  return leg.servers->all().front().gateway->written_name;
}

// A destination of the leg's route that is the host itself, beside the gateway.
void check_weights(const Context& in, const GatewayLeg& leg, Diagnostics& out) {
  with_written(*leg.service, *leg.route, [&](const auto& written) {
    for (std::size_t i = 0; i < leg.route->targets.size() && i < written.route->size(); ++i) {
      const mesh::RouteTarget& target = leg.route->targets[i];
      const resource::Number& weight = (*written.route)[i]->weight;
      const auto& hosts = leg.service->hosts;
      if (*weight <= 0 || !mesh::is_external_host(in.mesh(), target.host) ||
          std::none_of(hosts.begin(), hosts.end(), [&](const std::string& host) {
            return mesh::hosts_overlap(host, target.host);
          }))
        continue;
      out.report(kId, target.range,
                 "a part of the connections, of weight {}, goes from sidecars to \"{}\" directly, "
                 "beside gateway \"{}\"",
                 *weight, target.host, gateway_of(leg))
          .related(leg.target->range, "what goes through the gateway")
          .help("remove the destination once the gateway takes all");
    }
  });
}

// Whether pods that are no gateways are known in the namespaces of which a match may take them.
bool knows_clients(const Context& in, std::string_view name_space) {
  const Hops& hops = in.shared<Hops>();
  return name_space.empty() ? hops.knows_clients() : hops.has_clients(name_space);
}

// Whether there are clients that are no pods.
bool has_machines(const mesh::Mesh& mesh) {
  return !mesh.all(resource::Kind::WorkloadEntry).empty() ||
         !mesh.all(resource::Kind::WorkloadGroup).empty();
}

// A leg whose matches are all for pods that there are not.
void check_sources(const Context& in, const GatewayLeg& leg, Diagnostics& out) {
  with_written(*leg.service, *leg.route, [&](const auto& written) {
    const resource::TextMap* without = nullptr;
    for (std::size_t i = 0; i < leg.route->matches.size() && i < written.match->size(); ++i) {
      if (!may_hold(*leg.service, &leg.route->matches[i], "mesh")) continue;
      const auto& match = *(*written.match)[i];
      const std::string_view place = *match.source_namespace;
      if (match.source_labels->empty() || has_added_label(match.source_labels) ||
          in.shared<UnreadWorkloads>().are_in(place) || has_machines(in.mesh()) ||
          !knows_clients(in, place) ||
          !in.mesh().workloads().select(place, match.source_labels).empty())
        return;
      without = &match.source_labels;
    }
    if (without == nullptr) return;
    out.report(kId, without->range,
               "no workload has the labels \"{}\": nobody takes this way to gateway \"{}\", and "
               "all connect directly",
               to_text(*without), gateway_of(leg))
        .related(leg.target->range, "the way to the gateway")
        .help("copy the labels from the pods that are to go through the gateway");
  });
}

using Ports = std::unordered_set<std::int64_t>;

// The ports of hosts for which something is said: by rules for sidecars, or by gateways' routes.
class Ruled {
 public:
  explicit Ruled(const Context& in) : in_(in) {
    for (const mesh::VirtualService* service : in.mesh().bound_to("mesh")) add(*service);
    for (const Hop& hop : in.shared<Hops>().all())
      if (hop.gateway != nullptr) {
        Host& host = hosts_[hop.target->host];
        const auto& port = hop.target->destination->port;
        host.any = host.any || !port.present();
        if (port.present()) host.ports.insert(*port->number);
      }
  }

  [[nodiscard]] bool has(const std::string& host, std::int64_t port) const {
    const auto found = hosts_.find(host);
    return found != hosts_.end() && (found->second.any || found->second.ports.contains(port));
  }

 private:
  struct Host {
    bool any = false;  // every port
    Ports ports;
  };

  void add(const mesh::VirtualService& service) {
    const HostPorts ports = host_ports(in_, service);
    for (const mesh::Route& route : service.routes) {
      if (!mesh::applies_at(service, route, "mesh")) continue;
      const std::vector<std::int64_t> taken =
          ports.complete ? sidecar_ports(ports, service, route) : std::vector<std::int64_t>();
      for (const std::string& name : service.hosts) {
        Host& host = hosts_[name];
        host.any = host.any || !ports.complete;
        host.ports.insert(taken.begin(), taken.end());
      }
    }
  }

  const Context& in_;
  std::unordered_map<std::string, Host> hosts_;
};

// Ports of a host on which sidecars go to it directly, while another one leads to the gateway.
void check_ports(const Ruled& ruled, const GatewayLeg& leg, const mesh::Service& service,
                 Diagnostics& out) {
  const auto is_ruled = [&](const mesh::ServicePort& port) {
    return ruled.has(service.host, port.number);
  };
  if (std::none_of(service.ports.begin(), service.ports.end(), is_ruled)) return;
  for (const mesh::ServicePort& port : service.ports) {
    if (port.protocol == resource::Protocol::Udp || is_ruled(port)) continue;
    out.report(kId, port.range,
               "sidecars connect to port {} of \"{}\" directly, while gateway \"{}\" takes other "
               "ports of it",
               port.number, service.host, gateway_of(leg))
        .severity(Severity::Info)
        .related(leg.target->range, "what goes through the gateway")
        .help("lead the port through the gateway, too, or remove it");
  }
}

void check(const Context& in, Diagnostics& out) {
  const std::vector<GatewayLeg>& legs = egress_legs(in);
  if (legs.empty()) return;
  const Ruled ruled(in);
  std::unordered_set<const mesh::Service*> told;
  std::unordered_set<const mesh::Route*> seen;
  for (const GatewayLeg& leg : legs) {
    if (seen.insert(leg.route).second) {
      check_weights(in, leg, out);
      check_sources(in, leg, out);
    }
    for (const std::string& host : leg.service->hosts)
      for (const mesh::Service* service : in.mesh().registry().named(host))
        if (service->is_external() && told.insert(service).second)
          check_ports(ruled, leg, *service, out);
  }
}

}  // namespace

const Rule kPartlyPastGateway{
    .info = {.id = kId,
             .summary = "a host that goes through the gateway in part alone",
             .why = "What goes directly is neither logged nor decided upon at the gateway: a "
                    "weight that is left of a move to the gateway, `sourceLabels` that no pod has, "
                    "or a second port of the ServiceEntry.",
             .mend = "Lead all of it to the gateway, or accept the finding where it stands.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
