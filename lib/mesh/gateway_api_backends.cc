#include "lib/mesh/gateway_api_backends.h"

#include <fmt/format.h>

#include "lib/mesh/gateway_api_parts.h"

namespace egressctl::mesh::gateway_api {
namespace {

constexpr GroupKind kServiceKind = {"", "Service"};
constexpr GroupKind kHostnameKind = {kIstioGroup, "Hostname"};

std::int64_t weight_of(const resource::BackendRef& ref) {
  return ref.weight.present() ? *ref.weight : 1;
}

// The destination of a backend; see destinations_of().
//
// Source: conversion.go (buildDestination); routes of the mesh need no grant (convertRules).
std::optional<resource::Destination> destination_of(const RouteSources& sources,
                                                    const resource::Resource& route,
                                                    const resource::BackendRef& ref,
                                                    bool mesh_route) {
  const GroupKind kind = kind_of(ref.group, ref.kind, kServiceKind);
  const std::string_view own = sources.mesh.namespace_of(route);
  const std::string_view name_space =
      ref.name_space->empty() ? own : std::string_view(*ref.name_space);
  const GroupKind from = {kGroup, resource::to_string(route.kind)};
  if (!mesh_route && !sources.grants.allow(from, own, kind, name_space, *ref.name))
    return resource::Destination{};
  resource::Destination out;
  if (kind == kServiceKind) {
    if (ref.name->find('.') != std::string::npos) return std::nullopt;
    out.host = placed(
        fmt::format("{}.{}.svc.{}", *ref.name, name_space, sources.mesh.settings().cluster_domain),
        ref.name);
  } else if (kind == kHostnameKind) {
    if (ref.name_space.present()) return std::nullopt;
    out.host = ref.name;
  } else {
    return resource::Destination{};
  }
  if (!ref.port.present()) return std::nullopt;
  out.port = placed(resource::PortSelector{.number = ref.port}, ref.port);
  return out;
}

}  // namespace

// Source: conversion.go (buildTCPDestination, buildHTTPDestination).
std::optional<resource::List<resource::RouteDestination>> destinations_of(
    const RouteSources& sources, const resource::Resource& route,
    const resource::KubernetesRouteRule& rule, bool mesh_route) {
  auto out =
      placed(std::vector<resource::Positioned<resource::RouteDestination>>{}, rule.backend_refs);
  for (const auto& ref : *rule.backend_refs) {
    if (weight_of(*ref) == 0) continue;
    auto destination = destination_of(sources, route, *ref, mesh_route);
    if (!destination) return std::nullopt;
    resource::RouteDestination item;
    item.destination = placed(*std::move(destination), ref);
    item.weight = placed(weight_of(*ref), ref);
    out.value.push_back(placed(std::move(item), ref));
  }
  // A single destination has no weight in istiod's form.
  if (out->size() == 1) out.value.front().value.weight.value = 0;
  return out;
}

std::int64_t weights_of(const resource::KubernetesRouteRule& rule) {
  std::int64_t sum = 0;
  for (const auto& ref : *rule.backend_refs) sum += weight_of(*ref);
  return sum;
}

}  // namespace egressctl::mesh::gateway_api
