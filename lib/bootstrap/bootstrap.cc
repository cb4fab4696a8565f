#include "lib/bootstrap/bootstrap.h"

#include <string_view>

#include <fmt/format.h>

#include "lib/bootstrap/addresses.h"
#include "lib/bootstrap/build.h"
#include "lib/bootstrap/clusters.h"
#include "lib/bootstrap/listeners.h"
#include "lib/bootstrap/tls.h"
#include "lib/bootstrap/yaml.h"
#include "lib/topology/patches.h"

namespace egressctl::bootstrap {
namespace {

// As Istio's own bootstrap has it.
constexpr int kInternalBufferKb = 64;

Json node_of(const topology::Proxy& proxy, const mesh::Settings& settings) {
  const bool router = proxy.type == topology::ProxyType::Router;
  const std::string ip = proxy.addresses.empty() ? "127.0.0.1" : proxy.addresses.front();
  return {{"id", fmt::format("{}~{}~{}.{}~{}.svc.{}", router ? "router" : "sidecar", ip, proxy.name,
                             proxy.name_space, proxy.name_space, settings.cluster_domain)},
          {"cluster", fmt::format("{}.{}", proxy.name, proxy.name_space)}};
}

Json resolver(const Address& server) {
  return extension("envoy.network.dns_resolver.cares",
                   "network.dns_resolver.cares.v3.CaresDnsResolverConfig",
                   {{"resolvers", Json::array({address_of(server.ip, server.port)})},
                    {"dns_resolver_options", {{"no_default_search_domain", true}}}});
}

bool is_for(const topology::Proxy& proxy, const topology::Patch& patch) {
  if (proxy.type == topology::ProxyType::Router) return patch.in(resource::PatchContext::Gateway);
  return patch.in(resource::PatchContext::SidecarOutbound) ||
         patch.in(resource::PatchContext::SidecarInbound);
}

// Patches of what the topology does not have.
void note_other_patches(const mesh::Mesh& mesh, Build& build) {
  const topology::PatchIndex patches(mesh);
  for (const topology::Patch& patch : patches.of_proxy(build.topology.proxy)) {
    const resource::ApplyTo target = patch.apply_to();
    if (!is_for(build.topology.proxy, patch)) continue;
    if (target == resource::ApplyTo::HttpFilter || target == resource::ApplyTo::Bootstrap ||
        target == resource::ApplyTo::ExtensionConfig)
      build.note(fmt::format("left out the {} patch of {} ({})", (*patch.config)->apply_to.text(),
                             resource::display_name(*patch.resource),
                             location(patch.cause().range)));
  }
}

}  // namespace

Bootstrap make(const mesh::Mesh& mesh, const topology::Topology& topology, const Options& options,
               Form form) {
  Build build{.topology = topology,
              .settings = mesh.settings(),
              .options = options,
              .certificates = {},
              .authorities = {},
              .notes = {}};
  Json resources = Json::object();
  resources["listeners"] = listeners(build);
  resources["clusters"] = clusters(build);
  resources["secrets"] = secrets(build);
  note_other_patches(mesh, build);
  Json out = {{"node", node_of(topology.proxy, mesh.settings())},
              {"admin", {{"address", address_of(options.admin.ip, options.admin.port)}}},
              {"bootstrap_extensions",
               Json::array({extension("envoy.bootstrap.internal_listener",
                                      "bootstrap.internal_listener.v3.InternalListener",
                                      {{"buffer_size_kb", kInternalBufferKb}})})}};
  if (options.dns) out["typed_dns_resolver_config"] = resolver(*options.dns);
  out["static_resources"] = std::move(resources);
  return {form == Form::JsonText ? out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"
                                 : to_yaml(out),
          std::move(build.notes)};
}

}  // namespace egressctl::bootstrap
