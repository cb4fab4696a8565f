// EGR0216 hidden-gateway
#include <algorithm>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "lib/lint/context.h"
#include "lib/lint/rules/references/references.h"
#include "lib/lint/rules/routing/sidecar_ports.h"
#include "lib/mesh/host.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0216", "hidden-gateway", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener",
    "istio/istio#12237", "istio/istio#13319", "istio/istio#33387"};

// Whether an item "namespace/host" of a Sidecar of namespace `home` lets a host of `owner` in.
bool lets_in(std::string_view item, std::string_view home, std::string_view owner,
             std::string_view host) {
  const std::size_t slash = item.find('/');
  if (slash == std::string_view::npos) return false;
  std::string_view name_space = item.substr(0, slash);
  if (name_space == ".") name_space = home;
  return (name_space == "*" || name_space == owner) &&
         mesh::is_subset(host, item.substr(slash + 1));
}

bool any_lets_in(const resource::Sidecar& sidecar, std::string_view home, std::string_view owner,
                 std::string_view host) {
  return std::any_of(sidecar.egress->begin(), sidecar.egress->end(), [&](const auto& egress) {
    return std::any_of(egress->hosts->begin(), egress->hosts->end(),
                       [&](const auto& item) { return lets_in(*item, home, owner, host); });
  });
}

// Whether the Sidecar lets in anything of a namespace. istiod adds the destinations of routes that
// a proxy reads by itself (sidecar.go, collectImportedServices), so that a choice of hosts does not
// hide the gateway; a namespace that is left out was forgotten.
bool knows_namespace(const resource::Sidecar& sidecar, std::string_view home,
                     std::string_view name_space) {
  return std::any_of(sidecar.egress->begin(), sidecar.egress->end(), [&](const auto& egress) {
    return std::any_of(egress->hosts->begin(), egress->hosts->end(), [&](const auto& item) {
      const std::string_view written = std::string_view(*item).substr(0, item->find('/'));
      return written == "*" || (written == "." ? home : written) == name_space;
    });
  });
}

bool is_read(const resource::Sidecar& sidecar, std::string_view home,
             const mesh::VirtualService& service) {
  return service.visibility.visible_in(home) &&
         std::any_of(service.hosts.begin(), service.hosts.end(), [&](const std::string& host) {
           return any_lets_in(sidecar, home, service.name_space, host);
         });
}

// Whether the VirtualService is surely meant for sidecars of the namespace. What its own "exportTo"
// keeps from them no Sidecar can let in.
bool is_meant_for(std::string_view home, const mesh::VirtualService& service) {
  return service.visibility.visible_in(home) &&
         (service.name_space == home || !service.visibility.everyone());
}

struct Missing {
  std::string_view name_space;  // of the entry that the Sidecar lacks
  std::string_view host;
  std::string_view what;
  bool breaks = true;  // false: istiod adds it, see knows_namespace
};

// What of a way to the gateway the Sidecar hides, if anything.
std::optional<Missing> missing_part(const Context& in, const resource::Sidecar& sidecar,
                                    std::string_view home, const mesh::VirtualService& service,
                                    const mesh::RouteTarget& target) {
  const mesh::Registry& registry = in.mesh().registry();
  if (!is_read(sidecar, home, service)) {
    if (service.hosts.empty() || !is_meant_for(home, service)) return std::nullopt;
    return Missing{service.name_space, service.hosts.front(), "the VirtualService for"};
  }
  const mesh::Service* gateway = registry.find(target.host, home);
  if (gateway != nullptr && !knows_namespace(sidecar, home, gateway->name_space))
    return Missing{gateway->name_space, gateway->host, "the gateway's Service", false};
  for (const std::string& host : service.hosts) {
    const mesh::Service* entry = registry.find(host, home);
    if (entry != nullptr && entry->is_external() &&
        !any_lets_in(sidecar, home, entry->name_space, host))
      return Missing{entry->name_space, entry->host, "the ServiceEntry of"};
  }
  return std::nullopt;
}

void report(const resource::Sidecar& sidecar, const Missing& missing,
            const mesh::VirtualService& service, const mesh::RouteTarget& target,
            Diagnostics& out) {
  const auto& hosts = sidecar.egress->front()->hosts;
  const std::string item = fmt::format("{}/{}", missing.name_space, missing.host);
  const std::string route = fmt::format("{} \"{}/{}\"", *service.resource->kind_name,
                                        service.name_space, service.resource->resource_name().name);
  auto finding =
      missing.breaks
          ? out.report(kId, hosts.key,
                       "the Sidecar does not let in {} \"{}\", so that the way to the gateway of "
                       "{} is not there",
                       missing.what, missing.host, route)
          : out.report(kId, hosts.key,
                       "the Sidecar does not let in {} \"{}\": proxies know it by the route of "
                       "{} alone",
                       missing.what, missing.host, route);
  if (!missing.breaks) finding.severity(Severity::Warning);
  finding.related(target.range, "the route to the gateway").help(fmt::format("add \"{}\"", item));
  if (hosts.node == nullptr) return;
  if (const auto edit = yaml::append_item(*hosts.node, item))
    finding.fix({.title = "let it in", .edits = {*edit}});
}

// Where all of the Sidecar's listeners are for ports of their own: the first of them. Clients that
// name a proxy or a listener's address come there with whatever host they like.
//
// Source: istio/istio pilot/pkg/networking/core/listener.go (buildSidecarOutboundListeners).
const resource::Positioned<resource::Port>* only_own_ports(const resource::Sidecar& sidecar) {
  const bool all =
      std::all_of(sidecar.egress->begin(), sidecar.egress->end(), [](const auto& egress) {
        return egress->port.present() && *egress->port->number != 0 && egress->bind->empty() &&
               *egress->capture_mode != resource::CaptureMode::None &&
               *egress->port->protocol != resource::Protocol::HttpProxy;
      });
  return all ? &sidecar.egress->front()->port : nullptr;
}

// A route to the gateway on ports that the Sidecar has no listener for.
bool check_listeners(const Context& in, const resource::Sidecar& sidecar,
                     const mesh::VirtualService& service, const mesh::Route& route,
                     Diagnostics& out) {
  const auto* own = only_own_ports(sidecar);
  if (own == nullptr) return false;
  const HostPorts ports = host_ports(in, service);
  if (!ports.complete) return false;
  const std::vector<std::int64_t> used = sidecar_ports(ports, service, route);
  const auto is_open = [&](std::int64_t port) {
    return std::any_of(sidecar.egress->begin(), sidecar.egress->end(),
                       [&](const auto& egress) { return *egress->port->number == port; });
  };
  if (used.empty() || std::any_of(used.begin(), used.end(), is_open)) return false;
  out.report(kId, own->range,
             "the Sidecar has listeners for single ports alone, and none for port {}, on which "
             "VirtualService \"{}\" leads to the gateway",
             used.front(), in.mesh().qualified_name(*service.resource))
      .related(route.range, "the route to the gateway")
      .help("leave the port out, or add an egress listener without one");
  return true;
}

void check_sidecar(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const auto& sidecar = *resource.as<resource::Sidecar>();
  const std::string_view home = in.mesh().namespace_of(resource);
  if (sidecar.egress->empty() || home == in.mesh().settings().root_namespace) return;
  std::unordered_set<std::string> told;
  bool closed = false;  // told of a port without a listener
  for (const mesh::VirtualService* service : in.mesh().bound_to("mesh"))
    for (const mesh::Route& route : service->routes) {
      if (!mesh::applies_at(*service, route, "mesh")) continue;
      for (const mesh::RouteTarget& target : route.targets) {
        if (in.gateways().behind(target.host).empty()) continue;
        const auto missing = missing_part(in, sidecar, home, *service, target);
        if (!missing && !closed && is_read(sidecar, home, *service))
          closed = check_listeners(in, sidecar, *service, route, out);
        if (missing && told.insert(fmt::format("{}/{}", missing->name_space, missing->host)).second)
          report(sidecar, *missing, *service, target, out);
      }
    }
}

void check(const Context& in, Diagnostics& out) {
  for (const resource::Resource* resource : in.mesh().all(resource::Kind::Sidecar))
    check_sidecar(in, *resource, out);
}

}  // namespace

const Rule kHiddenGateway{
    .info = {.id = kId,
             .summary = "a Sidecar that hides the gateway to which its routes lead",
             .why = "Of a VirtualService or ServiceEntry that is not let in, proxies know nothing: "
                    "with ALLOW_ANY the traffic goes around the gateway, with REGISTRY_ONLY it is "
                    "refused. The gateway's Service istiod adds by itself for a route that is let "
                    "in, but with no choice where two namespaces have the host, and not in older "
                    "releases (`NC`).",
             .mend = "Add what is missing to `egress.hosts`, as `namespace/host`.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
