#include "lib/lint/rules/tls/gateway_legs.h"

#include <map>
#include <utility>

#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/routing/bindings.h"
#include "lib/mesh/host.h"

namespace egressctl::lint::rules {
namespace {

// The port of the destination; that of the only port where it names none, else that of the match.
std::int64_t port_of(const Context& in, const mesh::Route& route, const mesh::RouteTarget& target) {
  if (target.destination->port.present()) return *target.destination->port->number;
  for (const mesh::Service* service : in.mesh().registry().named(target.host))
    if (service->ports.size() == 1) return service->ports.front().number;
  for (const mesh::RouteMatch& match : route.matches)
    if (match.port != nullptr && match.port->present()) return **match.port;
  return 0;
}

// What many legs have in common, worked out once.
class Known {
 public:
  explicit Known(const Context& in) : in_(in) {}

  std::shared_ptr<const LegServers> servers(const std::string& host, std::int64_t port) {
    auto& slot = servers_[{host, port}];
    if (slot != nullptr) return slot;
    auto made = std::make_shared<LegServers>();
    for (const mesh::GatewayView* gateway : in_.gateways().behind(host)) {
      const std::int64_t wanted = gateway->pod_port(port);
      for (const auto& server : *gateway->gateway->servers)
        if (gateway->pod_port(*server->port->number) == wanted) made->add({gateway, &server});
    }
    return slot = made;
  }

 private:
  const Context& in_;
  std::map<std::pair<std::string, std::int64_t>, std::shared_ptr<const LegServers>> servers_;
};

}  // namespace

void LegServers::add(const LegPlace& place) {
  for (const resource::Text& host : *(*place.server)->hosts)
    by_host_.try_emplace(host_part(*host), all_.size());
  all_.push_back(place);
}

const LegPlace* LegServers::taking(std::string_view sni) const {
  for (const std::string& pattern : mesh::covering_patterns(sni))
    if (const auto found = by_host_.find(pattern); found != by_host_.end())
      return &all_[found->second];
  return nullptr;
}

std::vector<const mesh::Rule*> deciding_rules(const Context& in, std::string_view client,
                                              const std::string& host, std::string_view subset) {
  return in.rules().deciding(client, host, owner_of(in.mesh(), host, client), subset);
}

namespace {

std::vector<GatewayLeg> find_legs(const Context& in) {
  std::vector<GatewayLeg> out;
  Known known(in);
  for (const mesh::VirtualService* service : in.mesh().bound_to("mesh"))
    for (const mesh::Route& route : service->routes) {
      if (!mesh::applies_at(*service, route, "mesh")) continue;
      for (const mesh::RouteTarget& target : route.targets) {
        if (in.gateways().behind(target.host).empty()) continue;
        GatewayLeg leg;
        leg.service = service;
        leg.route = &route;
        leg.target = &target;
        leg.port = port_of(in, route, target);
        leg.servers = known.servers(target.host, leg.port);
        if (leg.servers->all().empty()) continue;
        const std::string& subset = *target.destination->subset;
        leg.rules = deciding_rules(in, service->name_space, target.host, subset);
        leg.tls = client_tls(leg.rules, subset, leg.port);
        out.push_back(std::move(leg));
      }
    }
  return out;
}

struct GatewayLegs {
  explicit GatewayLegs(const Context& in) : all(find_legs(in)) {}

  std::vector<GatewayLeg> all;
};

}  // namespace

const std::vector<GatewayLeg>& gateway_legs(const Context& in) {
  return in.shared<GatewayLegs>().all;
}

std::string outer_name(const GatewayLeg& leg) {
  const std::string& written = *(*leg.tls)->sni;
  if (!written.empty()) return written;
  return fmt::format("outbound_.{}_.{}_.{}", leg.port, *leg.target->destination->subset,
                     leg.target->host);
}

std::vector<std::string_view> client_names(const GatewayLeg& leg) {
  return names_at(*leg.service, *leg.route, "mesh");
}

}  // namespace egressctl::lint::rules
