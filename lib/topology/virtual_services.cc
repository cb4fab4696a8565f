#include "lib/topology/virtual_services.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/mesh/gateway_api.h"
#include "lib/topology/http_rules.h"
#include "lib/topology/order.h"

namespace egressctl::topology {
namespace {

std::vector<std::string> to_strings(const resource::Texts& texts) {
  std::vector<std::string> out;
  out.reserve(texts->size());
  for (const resource::Text& text : *texts) out.push_back(*text);
  return out;
}

template <typename Match>
L4Match read_match(const resource::Positioned<Match>& in, const resource::Resource& owner,
                   std::string_view name_space) {
  L4Match out{.scope = {.gateways = read_gateways(in->gateways, name_space),
                        .port = *in->port,
                        .source_labels = {},
                        .source_namespace = *in->source_namespace},
              .sni_hosts = {},
              .subnets = to_strings(in->destination_subnets),
              .cause = {&owner, in.range}};
  if constexpr (std::is_same_v<Match, resource::TlsMatch>) {
    out.sni_hosts = to_strings(in->sni_hosts);
    if (in->sni_hosts.present()) out.cause.range = in->sni_hosts.range;
  }
  for (const auto& label : *in->source_labels)
    out.scope.source_labels.emplace(label.name, *label.entry);
  return out;
}

template <typename Routes>
std::vector<L4Rule> read_rules(const Routes& routes, const resource::Resource& owner,
                               const mesh::Mesh& mesh, std::string_view name_space) {
  std::vector<L4Rule> out;
  out.reserve(routes->size());
  for (const auto& route : *routes) {
    L4Rule& rule = out.emplace_back();
    rule.cause = {&owner, route.range};
    for (const auto& match : *route->match)
      rule.matches.push_back(read_match(match, owner, name_space));
    for (const auto& target : *route->route)
      rule.targets.push_back(
          read_target(target->destination, *target->weight, owner, mesh, name_space));
  }
  return out;
}

bool older(const mesh::VirtualService* a, const mesh::VirtualService* b) {
  if (const int order = creation_time(*a->resource).compare(creation_time(*b->resource));
      order != 0)
    return order < 0;
  if (const int order = a->resource->metadata.name->compare(*b->resource->metadata.name);
      order != 0)
    return order < 0;
  return a->name_space < b->name_space;
}

}  // namespace

bool MatchScope::through(std::string_view gateway) const {
  return gateways.empty() || std::find(gateways.begin(), gateways.end(), gateway) != gateways.end();
}

bool MatchScope::from(const Proxy& proxy) const {
  if (!source_namespace.empty() && source_namespace != proxy.name_space) return false;
  return std::all_of(source_labels.begin(), source_labels.end(), [&](const auto& wanted) {
    const auto found = proxy.labels.find(wanted.first);
    return found != proxy.labels.end() && found->second == wanted.second;
  });
}

// Source: push_context.go (virtualServiceDestinationsFilteredBySourceNamespace).
std::map<std::string_view, std::set<std::uint32_t>> VirtualService::destinations(
    std::string_view client) const {
  std::map<std::string_view, std::set<std::uint32_t>> out;
  const auto add = [&](const std::vector<RouteTarget>& targets) {
    for (const RouteTarget& target : targets)
      if (target.present) out[target.host].insert(target.port.value_or(0));
  };
  for (const HttpRule& rule : http) {
    bool fits = true;
    for (const HttpMatchRule& match : rule.matches) {
      if (client.empty() || match.scope.source_namespace.empty()) continue;
      fits = match.scope.source_namespace == client;
      if (fits) break;
    }
    if (!fits) continue;
    add(rule.targets);
    add(rule.mirrors);
  }
  for (const L4Rule& rule : tcp) add(rule.targets);
  for (const L4Rule& rule : tls) add(rule.targets);
  return out;
}

VirtualServiceIndex::VirtualServiceIndex(const mesh::Mesh& mesh) {
  std::vector<const mesh::VirtualService*> sorted;
  Delegates delegates;
  for (const mesh::VirtualService& service : mesh.routes()) {
    if (!service.hosts.empty()) {
      sorted.push_back(&service);
    } else {
      delegates.try_emplace(mesh.qualified_name(*service.resource), &service);
    }
  }
  std::stable_sort(sorted.begin(), sorted.end(), older);
  for (const mesh::VirtualService* source : sorted) {
    VirtualService& service = services_.emplace_back();
    service.source = source;
    add_http(mesh, delegates, service);
    service.tls = read_rules(source->service->tls, *source->resource, mesh, source->name_space);
    service.tcp = read_rules(source->service->tcp, *source->resource, mesh, source->name_space);
    file(service);
  }
}

void VirtualServiceIndex::add_http(const mesh::Mesh& mesh, const Delegates& delegates,
                                   VirtualService& service) {
  const resource::Resource& owner = service.resource();
  for (const auto& route : *service.source->service->http) {
    HttpRule rule = read_http_rule(route, owner, mesh, service.name_space());
    if (!route->delegate.present()) {
      service.http.push_back(std::move(rule));
      continue;
    }
    const resource::Delegate& delegate = *route->delegate;
    const std::string_view name_space = delegate.name_space->empty()
                                            ? service.name_space()
                                            : std::string_view(*delegate.name_space);
    const auto known = delegates.find(fmt::format("{}/{}", name_space, *delegate.name));
    if (known == delegates.end() || !known->second->visibility.visible_in(service.name_space()))
      continue;
    const mesh::VirtualService* found = known->second;
    std::vector<HttpRule> inner;
    for (const auto& part : *found->service->http)
      inner.push_back(read_http_rule(part, *found->resource, mesh, name_space));
    for (HttpRule& merged : merge_delegate(rule, std::move(inner)))
      service.http.push_back(std::move(merged));
  }
}

void VirtualServiceIndex::file(const VirtualService& service) {
  const mesh::Visibility& visibility = service.source->visibility;
  for (const std::string& gateway : service.source->gateways) {
    Bound& bound = by_gateway_[gateway];
    if (visibility.everyone()) {
      bound.everyone.push_back(&service);
      continue;
    }
    for (const std::string_view name_space : visibility.namespaces())
      (name_space == service.name_space() ? bound.own : bound.exported)[name_space].push_back(
          &service);
  }
}

std::vector<const VirtualService*> VirtualServiceIndex::bound_to(std::string_view gateway,
                                                                 std::string_view client) const {
  std::vector<const VirtualService*> out;
  const auto found = by_gateway_.find(gateway);
  if (found == by_gateway_.end()) return out;
  const Bound& bound = found->second;
  for (const auto* map : {&bound.own, &bound.exported})
    if (const auto list = map->find(client); list != map->end())
      out.insert(out.end(), list->second.begin(), list->second.end());
  // Of the public ones the client's own routes of the Gateway API come first.
  // Source: pilot/pkg/model/push_context.go (VirtualServicesForGateway).
  const auto first = out.insert(out.end(), bound.everyone.begin(), bound.everyone.end());
  std::stable_partition(first, out.end(), [&](const VirtualService* route) {
    return mesh::is_converted(route->resource()) && route->name_space() == client;
  });
  return out;
}

}  // namespace egressctl::topology
