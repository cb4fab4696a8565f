#include "lib/lint/rules/gateway_api/refused_routes.h"

#include <algorithm>
#include <unordered_set>

#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/mesh/gateway_api.h"

namespace egressctl::lint::rules {
namespace {

// The items of routes' `rules` that VirtualServices were made of.
std::unordered_set<const yaml::Node*> accepted_rules(const mesh::Mesh& mesh) {
  std::unordered_set<const yaml::Node*> out;
  for (const mesh::VirtualService& service : mesh.routes()) {
    if (!mesh::is_converted(*service.resource)) continue;
    const resource::VirtualService& spec = *service.service;
    for (const auto& route : *spec.http) out.insert(route.node);
    for (const auto& route : *spec.tls) out.insert(route.node);
    for (const auto& route : *spec.tcp) out.insert(route.node);
  }
  return out;
}

bool any_route(const resource::Resource&) {
  return true;
}

}  // namespace

RefusedRoutes::RefusedRoutes(const mesh::Mesh& mesh) {
  const std::vector<const resource::Resource*> all = all_routes(mesh);
  if (all.empty()) return;
  const auto accepted = accepted_rules(mesh);
  std::unordered_set<std::string_view> known;  // names of Gateways
  for (const resource::Resource* gateway : mesh.all(resource::Kind::KubernetesGateway))
    known.insert(*gateway->metadata.name);
  for (const resource::Resource* route : all) {
    const auto& rules = *route->as<resource::KubernetesRoute>()->rules;
    if (std::none_of(rules.begin(), rules.end(),
                     [&](const auto& rule) { return accepted.contains(rule.node); }))
      add(known, *route);
  }
}

void RefusedRoutes::add(const std::unordered_set<std::string_view>& known,
                        const resource::Resource& route) {
  const auto& spec = *route.as<resource::KubernetesRoute>();
  for (const auto& parent : *spec.parent_refs) {
    if (!is_gateway(*parent)) continue;
    Routed& routed = known.contains(*parent->name) ? by_gateway_[*parent->name] : elsewhere_;
    if (spec.hostnames->empty()) routed.add("*", &route);
    for (const resource::Text& host : *spec.hostnames) routed.add(*host, &route);
  }
}

bool RefusedRoutes::lead(const mesh::GatewayView& gateway, std::string_view host) const {
  if (elsewhere_.overlapping(host, any_route) != nullptr) return true;
  const auto found = by_gateway_.find(gateway.resource->resource_name().name);
  return found != by_gateway_.end() && found->second.overlapping(host, any_route) != nullptr;
}

}  // namespace egressctl::lint::rules
