#include "lib/mesh/gateway_api_http.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/mesh/gateway_api_backends.h"
#include "lib/mesh/gateway_api_matches.h"
#include "lib/mesh/gateway_api_parents.h"
#include "lib/mesh/gateway_api_parts.h"
#include "lib/yaml/load.h"

namespace egressctl::mesh::gateway_api {
namespace {

using resource::HttpRoute;
using resource::Kind;
using resource::KubernetesRoute;
using resource::Positioned;
using resource::Resource;
using resource::Text;
using Routes = std::vector<Positioned<HttpRoute>>;

// What a rule without backends answers (conversion.go, convertHTTPRoute).
const yaml::Node* no_backend() {
  static const Source source("", "{status: 500}");
  static const std::vector<yaml::Document> documents = [] {
    Diagnostics ignored;
    return yaml::load(source, ignored);
  }();
  return &documents.front().root();
}

std::vector<const yaml::Node*> items_of(const yaml::Node* list) {
  std::vector<const yaml::Node*> out;
  if (list != nullptr)
    for (const yaml::Node& item : list->items) out.push_back(&item);
  return out;
}

// The part of a VirtualService that one resource makes.
struct Part {
  const Resource* resource = nullptr;
  Text host;
  Text gateway;
  Routes routes;
};

class Converter {
 public:
  Converter(const RouteSources& sources, std::deque<Resource>& out)
      : sources_(sources), out_(out) {}

  void convert(const Resource& route) {
    for (const Parent& parent : parents_of(sources_, route)) add(route, parent);
  }

  // Source: route_collections.go (mergeHTTPRoutes).
  void finish() {
    for (auto& [key, parts] : parts_) {
      std::stable_sort(parts.begin(), parts.end(),
                       [&](const Part& a, const Part& b) { return age_of(a) < age_of(b); });
      Part& first = parts.front();
      Routes routes;
      for (Part& part : parts)
        std::move(part.routes.begin(), part.routes.end(), std::back_inserter(routes));
      sort_routes(routes);
      resource::VirtualService service;
      service.hosts = one(*first.host, first.host);
      service.gateways = one(*first.gateway, first.gateway);
      service.http = placed(std::move(routes), first.resource->as<KubernetesRoute>()->rules);
      std::string name = key;
      std::replace(name.begin(), name.end(), '/', '~');
      out_.push_back(
          derive(*first.resource, Kind::VirtualService, std::move(name), std::move(service)));
    }
  }

 private:
  using Age = std::tuple<std::string_view, std::string_view, std::string_view>;

  [[nodiscard]] Age age_of(const Part& part) const {
    const std::string_view time = *part.resource->metadata.creation_timestamp;
    return std::make_tuple(time.empty() ? std::string_view("~") : time,
                           sources_.mesh.namespace_of(*part.resource),
                           std::string_view(*part.resource->metadata.name));
  }

  // Source: route_collections.go (HTTPRouteCollection).
  void add(const Resource& resource, const Parent& parent) {
    const auto& route = *resource.as<KubernetesRoute>();
    Routes routes = routes_of(resource, parent);
    if (routes.empty()) return;
    const resource::Number& port = (*parent.ref)->port;
    std::string key = parent.gateway;
    if (parent.is_mesh()) {
      key = sources_.mesh.namespace_of(resource);
      if (port.present()) {
        key += fmt::format("/{}", *port);
        limit_to(port, routes);
      }
    }
    for (const Text& host : parent.is_mesh() ? parent.hosts : hosts_of(route))
      if (parent.keeps(*host))
        parts_[fmt::format("{}/{}", key, *host)].push_back(
            {&resource, host, placed(parent.gateway, *parent.ref), routes});
  }

  static void limit_to(const resource::Number& port, Routes& routes) {
    for (auto& route : routes) {
      auto& match = route.value.match;
      if (match->empty()) match = one(resource::HttpMatch{}, port);
      for (auto& item : match.value) item.value.port = port;
    }
  }

  // Empty when istiod refuses a rule.
  [[nodiscard]] Routes routes_of(const Resource& resource, const Parent& parent) const {
    Routes out;
    const auto& rules = *resource.as<KubernetesRoute>()->rules;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      auto route = route_of(resource, parent, i);
      if (!route) return {};
      std::vector<const yaml::Node*> matches = items_of(rules[i]->matches.node);
      if (matches.empty()) out.push_back(placed(*route, rules[i]));
      for (const yaml::Node* match : matches) {
        HttpRoute copy = *route;
        auto item = placed(match_of(*match, resource.kind == Kind::GrpcRoute), match->range, match);
        copy.match = placed(std::vector{std::move(item)}, rules[i]->matches);
        out.push_back(placed(std::move(copy), rules[i]));
      }
    }
    return out;
  }

  // Source: conversion.go (convertHTTPRoute, convertGRPCRoute).
  [[nodiscard]] std::optional<HttpRoute> route_of(const Resource& resource, const Parent& parent,
                                                  std::size_t index) const {
    const auto& rule = (*resource.as<KubernetesRoute>()->rules)[index];
    HttpRoute out;
    out.name = rule->name.present()
                   ? rule->name
                   : placed(fmt::format("{}.{}.{}", sources_.mesh.namespace_of(resource),
                                        *resource.metadata.name, index),
                            rule);
    for (const yaml::Node* filter : items_of(rule->filters.node))
      if (!add_filter(*filter, out)) return std::nullopt;
    if (weights_of(*rule) == 0 && !out.redirect.present()) {
      out.direct_response = placed(resource::DirectResponse{}, rule.range, no_backend());
      return out;
    }
    auto targets = destinations_of(sources_, resource, *rule, parent.is_mesh());
    if (!targets) return std::nullopt;
    out.route = *std::move(targets);
    return out;
  }

  const RouteSources& sources_;
  std::deque<Resource>& out_;
  std::map<std::string, std::vector<Part>> parts_;  // by what they are merged by
};

}  // namespace

void add_http_routes(const RouteSources& sources, std::deque<Resource>& out) {
  Converter converter(sources, out);
  for (const Kind kind : {Kind::HttpRoute, Kind::GrpcRoute})
    for (const Resource* route : sources.mesh.all(kind)) converter.convert(*route);
  converter.finish();
}

}  // namespace egressctl::mesh::gateway_api
