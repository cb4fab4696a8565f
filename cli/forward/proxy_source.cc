#include "cli/forward/proxy_source.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/forward/spec_source.h"
#include "cli/mesh_input.h"
#include "lib/datapath/proxy_roles.h"
#include "lib/datapath/target.h"
#include "lib/topology/topology.h"

namespace egressctl::cli {
namespace {

// Whether anything of it is mutual TLS of the mesh, with our own certificate.
bool speaks_mutual_tls(const std::vector<datapath::RoleListener>& listeners) {
  const auto is_mutual = [](const forward::RouteConfig& route) {
    const auto ways = forward::ways_of(route);
    return route.termination || std::any_of(ways.begin(), ways.end(), [](const auto* way) {
             return way->tls && way->tls->alpn == std::vector<std::string>{datapath::kMeshAlpn};
           });
  };
  return std::any_of(listeners.begin(), listeners.end(), [&](const auto& listener) {
    return std::any_of(listener.routes.begin(), listener.routes.end(), is_mutual) ||
           std::any_of(listener.plain.begin(), listener.plain.end(), is_mutual);
  });
}

Result<datapath::Surroundings> surroundings_of(const ForwardFlags& flags) {
  datapath::Surroundings out;
  out.files = {flags.certificate, flags.key, flags.authorities};
  out.host_authorities.authorities = flags.host_authorities;
  out.transparent = flags.transparent;
  if (flags.gateway.empty()) return out;
  const auto target = datapath::parse_target(flags.gateway);
  if (!target)
    return fail(ErrorCode::Usage,
                fmt::format("--gateway: \"{}\" leads nowhere: expected HOST:PORT", flags.gateway));
  out.gateways = {{0, target->host, target->port}};
  return out;
}

}  // namespace

void tell_not_run(Context& context, const std::vector<datapath::NotRun>& not_run) {
  for (const datapath::NotRun& each : not_run)
    context.err.write(fmt::format(
        "egressctl: not run: {}{}\n", each.what,
        each.range.known() ? fmt::format(" ({})", location(each.range)) : std::string()));
}

Result<forward::Config> config_of_proxy(Context& context, const ForwardFlags& flags) {
  auto config = limits_of(flags);
  if (!config) return config;
  const auto around = surroundings_of(flags);
  if (!around) return tl::unexpected(around.error());
  const auto loaded = load_mesh(context, flags.manifests, flags.mesh);
  if (!loaded) return tl::unexpected(loaded.error());
  const auto proxy = topology::find_proxy(*loaded->mesh, flags.proxy);
  if (!proxy) return tl::unexpected(proxy.error());
  const topology::Topology topology = topology::compute(*loaded->mesh, *proxy);
  const datapath::ProxyRoles roles = datapath::roles_of(topology, *around);
  tell_not_run(context, roles.not_run);
  const bool is_gateway = proxy->type == topology::ProxyType::Router;
  if (speaks_mutual_tls(roles.listeners))
    if (auto complete = need_certificates(flags, is_gateway ? "gateway" : "sidecar"); !complete)
      return tl::unexpected(complete.error());
  auto listeners = place_listeners(flags.proxy, roles.listeners, is_gateway,
                                   flags.listen.empty() ? "" : flags.listen.front());
  if (!listeners) return tl::unexpected(listeners.error());
  for (forward::ListenerConfig& listener : *listeners) {
    set_listener_flags(flags, listener);
    config->listeners.push_back(std::move(listener));
  }
  return config;
}

}  // namespace egressctl::cli
