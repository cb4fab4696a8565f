// The routes that a VirtualService's `http` makes.
//
// Source: istio/istio pilot/pkg/networking/core/route/route.go.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/topology/route.h"
#include "lib/topology/snapshot.h"

namespace egressctl::topology {

// Where routes are made for.
struct HttpRouteScope {
  const Proxy& proxy;
  std::string_view gateway;  // "mesh" or "namespace/name"
  std::int64_t port = 0;     // of the listener at a sidecar, of the server at a gateway
  bool ends_tls = false;
  std::function<const Service*(std::string_view host)> service;  // nullptr: not known there
};

// In the VirtualService's order, up to the first that takes all. Empty when none is for the proxy.
[[nodiscard]] std::vector<Route> http_routes(const VirtualService& service,
                                             const HttpRouteScope& scope);

// The route that takes every request to one cluster.
[[nodiscard]] Route route_to_cluster(std::string cluster, Causes causes);

}  // namespace egressctl::topology
