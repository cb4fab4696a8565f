#include "lib/mesh/gateway_api_parents.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/mesh/gateway_api_parts.h"
#include "lib/mesh/host.h"

namespace egressctl::mesh::gateway_api {
namespace {

using resource::Kind;
using resource::KubernetesRoute;
using resource::Resource;
using resource::Text;

constexpr GroupKind kGatewayKind = {kGroup, "Gateway"};
constexpr GroupKind kServiceKind = {"", "Service"};
constexpr GroupKind kEntryKind = {kIstioGroup, "ServiceEntry"};

// Whether a listener takes routes of that kind, namespace and hosts.
//
// Source: conversion.go (referenceAllowed).
bool accepts(const ListenerParent& listener, const resource::ParentRef& ref, const Resource& route,
             std::string_view name_space) {
  const resource::Listener& spec = **listener.listener;
  if (*ref.port != 0 && *ref.port != *spec.port) return false;
  if (!ref.section_name->empty() && *ref.section_name != *spec.name) return false;
  if (!listener.allows(name_space) || !listener.takes(route.kind)) return false;
  const std::vector<Text> hosts = hosts_of(*route.as<KubernetesRoute>());
  return std::any_of(hosts.begin(), hosts.end(),
                     [&](const Text& host) { return hosts_overlap(listener.host, *host); });
}

void add_listeners(const RouteSources& sources, const Resource& route,
                   const resource::Positioned<resource::ParentRef>& ref,
                   std::string_view parent_namespace, std::vector<Parent>& out) {
  const auto& listeners = sources.listeners.of(parent_namespace, *ref->name);
  for (const ListenerParent& listener : listeners) {
    if (!accepts(listener, *ref, route, sources.mesh.namespace_of(route))) continue;
    Parent parent{.gateway = listener.gateway,
                  .ref = &ref,
                  .listener = &listener,
                  .hosts = {},
                  .other_hosts = {}};
    const resource::Listener& own = **listener.listener;
    for (const ListenerParent& other : listeners) {
      const resource::Listener& spec = **other.listener;
      if (*spec.port == *own.port && *spec.protocol == *own.protocol && other.host != listener.host)
        parent.other_hosts.push_back(*spec.hostname);
    }
    out.push_back(std::move(parent));
  }
}

// The hosts of a Service or a ServiceEntry; none when the input lacks it.
std::vector<Text> mesh_hosts(const Mesh& mesh, const resource::ParentRef& ref,
                             std::string_view name_space, bool entry) {
  const Resource* found =
      mesh.find(entry ? Kind::ServiceEntry : Kind::Service, name_space, *ref.name);
  if (found == nullptr) return {};
  if (entry) {
    std::vector<Text> out;
    for (const Text& host : *found->as<resource::ServiceEntry>()->hosts)
      out.push_back(placed(*host, ref.name));
    return out;
  }
  return {placed(fmt::format("{}.{}.svc.{}", *ref.name, name_space, mesh.settings().cluster_domain),
                 ref.name)};
}

}  // namespace

// Source: conversion.go (hostnameAllowedByIsolation).
bool Parent::keeps(std::string_view host) const {
  if (is_mesh()) return true;
  const Text& own = (*listener->listener)->hostname;
  if (!own->empty() && !is_pattern(*own)) return true;
  if (!own->empty() && !hosts_overlap(host, *own)) return false;
  return std::none_of(other_hosts.begin(), other_hosts.end(), [&](const std::string& other) {
    return own->size() <= other.size() && is_subset(host, other);
  });
}

std::vector<Parent> parents_of(const RouteSources& sources, const Resource& route) {
  std::vector<Parent> out;
  const Mesh& mesh = sources.mesh;
  for (const auto& ref : *route.as<KubernetesRoute>()->parent_refs) {
    const GroupKind kind = kind_of(ref->group, ref->kind, kGatewayKind);
    const std::string_view name_space =
        ref->name_space->empty() ? mesh.namespace_of(route) : std::string_view(*ref->name_space);
    if (kind == kGatewayKind) {
      add_listeners(sources, route, ref, name_space, out);
    } else if (kind == kServiceKind || kind == kEntryKind) {
      std::vector<Text> hosts = mesh_hosts(mesh, *ref, name_space, kind == kEntryKind);
      if (!hosts.empty())
        out.push_back({.gateway = "mesh",
                       .ref = &ref,
                       .listener = nullptr,
                       .hosts = std::move(hosts),
                       .other_hosts = {}});
    }
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Parent& a, const Parent& b) { return a.gateway < b.gateway; });
  return out;
}

std::vector<Text> shared_hosts(const std::vector<Text>& route, const Text& listener) {
  if (listener->empty()) return route;
  std::vector<Text> out;
  const auto add = [&](const Text& host) {
    if (std::none_of(out.begin(), out.end(), [&](const Text& known) { return *known == *host; }))
      out.push_back(host);
  };
  for (const Text& host : route)
    if (is_subset(*host, *listener)) {
      add(host);
    } else if (is_subset(*listener, *host)) {
      add(listener);
    }
  return out;
}

std::vector<Text> hosts_of(const KubernetesRoute& route) {
  if (!route.hostnames->empty()) return *route.hostnames;
  return {placed(std::string("*"), route.parent_refs)};
}

}  // namespace egressctl::mesh::gateway_api
