#include "lib/topology/patch_routes.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/base/number.h"
#include "lib/base/text.h"
#include "lib/topology/patch_list.h"

namespace egressctl::topology {
namespace {

using resource::ApplyTo;
using resource::PatchContext;
using resource::PatchOperation;

std::int64_t to_port(std::string_view text) {
  return parse_number<std::int64_t>(text).value_or(0);
}

class Patcher {
 public:
  Patcher(const std::vector<Patch>& patches, PatchContext context, const ServerPorts& ports,
          RouteConfiguration& routes)
      : gateway_(context == PatchContext::Gateway), ports_(ports), routes_(routes) {
    for (const Patch& patch : patches)
      if (is_for_routes(patch) && patch.in(context) && matches(patch)) patches_.push_back(&patch);
  }

  void apply() {
    for (const Patch* patch : patches_)
      if (patch->apply_to() == ApplyTo::RouteConfiguration && is_merge(patch->operation))
        value_of(*patch).merge_into(routes_);
    std::erase_if(routes_.virtual_hosts, [&](VirtualHost& host) { return !apply(host); });
    for (const Patch* patch : patches_)
      if (patch->apply_to() == ApplyTo::VirtualHost && patch->operation == PatchOperation::Add)
        routes_.virtual_hosts.push_back(value_of(*patch).made<VirtualHost>());
  }

 private:
  static bool is_for_routes(const Patch& patch) {
    const ApplyTo target = patch.apply_to();
    return target == ApplyTo::RouteConfiguration || target == ApplyTo::VirtualHost ||
           target == ApplyTo::HttpRoute;
  }

  [[nodiscard]] bool matches(const Patch& patch) const {
    const auto& match = patch.match().route_configuration;
    if (!match.present()) return true;
    if (!match->name->empty() && *match->name != routes_.name) return false;
    if (!gateway_) return *match->port_number == 0 || *match->port_number == to_port(routes_.name);
    const GatewayRouteName name = parse_gateway_route_name(routes_.name);
    return (match->port_name->empty() || *match->port_name == name.port_name) &&
           (match->gateway->empty() || *match->gateway == name.gateway) &&
           (*match->port_number == 0 || has_port(name.port, *match->port_number));
  }

  [[nodiscard]] bool has_port(std::int64_t port, std::int64_t wanted) const {
    const auto known = ports_.find(port);
    return known != ports_.end() ? known->second.contains(wanted) : port == wanted;
  }

  static bool matches(const Patch& patch, const VirtualHost& host) {
    const auto& match = patch.match().route_configuration;
    if (!match.present() || !match->vhost.present()) return true;
    const resource::VirtualHostMatch& wanted = *match->vhost;
    return (wanted.name->empty() || *wanted.name == host.name) &&
           (wanted.domain_name->empty() || std::find(host.domains.begin(), host.domains.end(),
                                                     *wanted.domain_name) != host.domains.end());
  }

  static const resource::RouteMatch* route_match(const Patch& patch) {
    const auto& match = patch.match().route_configuration;
    if (!match.present() || !match->vhost.present() || !match->vhost->route.present())
      return nullptr;
    return &*match->vhost->route;
  }

  static bool matches(const Patch& patch, const Route& route) {
    const resource::RouteMatch* wanted = route_match(patch);
    if (wanted == nullptr) return true;
    if (!wanted->name->empty() && *wanted->name != route.name) return false;
    const std::string& action = *wanted->action;
    if (action.empty() || action == "ANY") return true;
    if (route.redirect) return action == "REDIRECT";
    if (route.direct_response) return action == "DIRECT_RESPONSE";
    return action == "ROUTE";
  }

  // False when the virtual host is to go.
  bool apply(VirtualHost& host) const {
    for (const Patch* patch : patches_) {
      if (patch->apply_to() != ApplyTo::VirtualHost || !matches(*patch, host)) continue;
      if (patch->operation == PatchOperation::Remove) return false;
      if (is_merge(patch->operation)) value_of(*patch).merge_into(host);
      if (patch->operation == PatchOperation::Replace) host = value_of(*patch).made<VirtualHost>();
    }
    apply_to_routes(host);
    return true;
  }

  // Routes are merged and removed first. Unlike elsewhere a patch that names no route may remove,
  // and none replaces.
  void apply_to_routes(VirtualHost& host) const {
    std::vector<const Patch*> fitting;
    for (const Patch* patch : patches_)
      if (patch->apply_to() == ApplyTo::HttpRoute && matches(*patch, host))
        fitting.push_back(patch);
    std::erase_if(host.routes, [&](Route& route) {
      for (const Patch* patch : fitting) {
        if (!matches(*patch, route)) continue;
        if (patch->operation == PatchOperation::Remove) return true;
        if (is_merge(patch->operation)) value_of(*patch).merge_into(route);
      }
      return false;
    });
    for (const Patch* patch : fitting) {
      const auto is_match = [&](const Route& route) { return matches(*patch, route); };
      if (patch->operation == PatchOperation::Remove || patch->operation == PatchOperation::Replace)
        continue;
      const bool named = route_match(*patch) != nullptr;
      if (patch->operation == PatchOperation::InsertFirst && named &&
          std::none_of(host.routes.begin(), host.routes.end(), is_match))
        continue;
      edit_list(*patch, named, is_match, host.routes);
    }
  }

  bool gateway_;
  const ServerPorts& ports_;
  RouteConfiguration& routes_;
  std::vector<const Patch*> patches_;
};

}  // namespace

void patch_routes(const std::vector<Patch>& patches, PatchContext context, const ServerPorts& ports,
                  RouteConfiguration& routes) {
  Patcher(patches, context, ports, routes).apply();
}

GatewayRouteName parse_gateway_route_name(std::string_view name) {
  GatewayRouteName out;
  const std::vector<std::string_view> parts = split(name, '.');
  if (parts.size() >= 2 && parts[0] == "http") {
    out.port = to_port(name.substr(parts[0].size() + 1));
  } else if (parts.size() == 5 && parts[0] == "https") {
    out.port = to_port(parts[1]);
    out.port_name = parts[2];
    out.gateway = fmt::format("{}/{}", parts[4], parts[3]);
  }
  return out;
}

}  // namespace egressctl::topology
