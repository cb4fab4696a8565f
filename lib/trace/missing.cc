#include "lib/trace/missing.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "lib/base/number.h"
#include "lib/base/text.h"

namespace egressctl::trace {
namespace {

using topology::Proxy;

Missing about(std::string why, const resource::Resource& resource, SourceRange range) {
  return {std::move(why), {{.resource = &resource, .range = range}}};
}

// "outbound|PORT|SUBSET|HOST".
struct ClusterName {
  std::uint32_t port = 0;
  std::string_view subset;
  std::string_view host;
};

std::optional<ClusterName> parse_name(std::string_view name) {
  const std::vector<std::string_view> parts = split(name, '|');
  if (parts.size() != 4 || parts[0] != "outbound") return std::nullopt;
  const auto port = parse_number<decltype(ClusterName::port)>(parts[1]);
  if (!port) return std::nullopt;
  return ClusterName{.port = *port, .subset = parts[2], .host = parts[3]};
}

Missing missing_subset(const mesh::Mesh& mesh, const Proxy& proxy, const ClusterName& name,
                       const mesh::Service& service) {
  const std::string host(name.host);
  const auto counting = mesh.rules().applying(proxy.name_space, host, service.name_space);
  for (const mesh::Rule* rule : mesh.rules().covering(host)) {
    const auto* subset = rule->subset(name.subset);
    if (subset == nullptr) continue;
    const std::string title = resource::display_name(*rule->resource);
    if (!rule->visibility.visible_in(proxy.name_space))
      return about(
          fmt::format("{}, which has the subset, is not exported to {}", title, proxy.name_space),
          *rule->resource, subset->range);
    if (!counting.empty())
      return about(
          fmt::format("{}, which has the subset, does not count for {}: {} goes before it", title,
                      proxy.name_space, resource::display_name(*counting.front()->resource)),
          *rule->resource, subset->range);
    return about(fmt::format("{}, which has the subset, is not looked for by {}: only the client's "
                             "namespace, the Service's and the root namespace are",
                             title, proxy.name_space),
                 *rule->resource, subset->range);
  }
  if (!counting.empty())
    return about(fmt::format("{} has no subset \"{}\"",
                             resource::display_name(*counting.front()->resource), name.subset),
                 *counting.front()->resource, counting.front()->rule->host.range);
  return {fmt::format("no DestinationRule defines subset \"{}\"", name.subset), {}};
}

// What a sidecar's Sidecar resource leaves out.
Missing left_out(const mesh::Mesh& mesh, const Proxy& proxy, const mesh::Service& service) {
  for (const resource::Resource* sidecar : mesh.all(resource::Kind::Sidecar)) {
    const std::string_view home = mesh.namespace_of(*sidecar);
    const bool here = home == proxy.name_space || home == mesh.settings().root_namespace;
    if (!here || proxy.type != topology::ProxyType::Sidecar) continue;
    return about(fmt::format("{} does not list {}/{}", resource::display_name(*sidecar),
                             service.name_space, service.host),
                 *sidecar, sidecar->spec_range);
  }
  return {};
}

}  // namespace

Missing missing_cluster(const mesh::Mesh& mesh, const topology::Topology& proxy,
                        std::string_view name) {
  const auto parsed = parse_name(name);
  if (!parsed) return {};
  const auto& services = mesh.registry().named(parsed->host);
  if (services.empty())
    return {fmt::format("no Service and no ServiceEntry is for \"{}\"", parsed->host), {}};
  const mesh::Service& service = *services.front();
  const std::string& client = proxy.proxy.name_space;
  if (std::none_of(services.begin(), services.end(),
                   [&](const auto* one) { return one->visibility.visible_in(client); }))
    return about(
        fmt::format("{} is not exported to {}", resource::display_name(*service.resource), client),
        *service.resource, service.resource->spec_range);
  if (service.port(parsed->port) == nullptr)
    return about(
        fmt::format("{} has no port {}", resource::display_name(*service.resource), parsed->port),
        *service.resource, service.resource->spec_range);
  const std::string whole = fmt::format("outbound|{}||{}", parsed->port, parsed->host);
  if (proxy.cluster(whole) == nullptr) return left_out(mesh, proxy.proxy, service);
  if (!parsed->subset.empty()) return missing_subset(mesh, proxy.proxy, *parsed, service);
  return {};
}

Missing missing_listener(const mesh::Mesh& mesh, const topology::Topology& gateway,
                         const topology::Causes& way) {
  Missing out;
  std::set<std::uint32_t> ports;
  for (const topology::Listener& listener : gateway.listeners)
    if (!listener.internal && listener.port != 0) ports.insert(listener.port);
  std::vector<std::string> words;
  words.reserve(ports.size());
  for (const std::uint32_t port : ports) words.push_back(fmt::format("{}", port));
  const auto& gateways = mesh.all(resource::Kind::Gateway);
  const bool selected =
      std::any_of(gateways.begin(), gateways.end(), [&](const resource::Resource* one) {
        return topology::selects(one->as<resource::Gateway>()->selector, gateway.proxy.labels);
      });
  if (!selected) {
    out.why = "no Gateway selects it";
  } else if (words.empty()) {
    out.why = "its Gateways open no port";
  } else {
    out.why = fmt::format("its Gateways open {} {}", words.size() == 1 ? "port" : "ports",
                          join(words, ", "));
  }
  // The Service's ports lead to those of the pods; DestinationRules have no part in it.
  for (const topology::Cause& cause : way)
    if (cause.resource->kind != resource::Kind::DestinationRule) out.blame.push_back(cause);
  return out;
}

}  // namespace egressctl::trace
