// The routes of all VirtualServices in one form, whatever their protocol, and where they apply.
//
// Source: istio/istio pilot/pkg/networking/core (tls.go matchTLS, gateway.go isGatewayMatch).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/mesh/settings.h"
#include "lib/mesh/visibility.h"
#include "lib/resource/resource.h"

namespace egressctl::mesh {

enum class RouteKind { Http, Tls, Tcp };

// "http", "tls" or "tcp", as in a VirtualService.
[[nodiscard]] std::string_view to_string(RouteKind kind);

// One match of a route: what the three kinds have in common.
struct RouteMatch {
  const resource::Texts* gateways = nullptr;   // absent or empty: those of the VirtualService
  const resource::Number* port = nullptr;      // absent: every port
  const resource::Texts* sni_hosts = nullptr;  // nullptr unless RouteKind::Tls
  SourceRange range;
  const yaml::Node* node = nullptr;
};

// A destination and its host as a fully qualified name.
struct RouteTarget {
  std::string host;
  const resource::Destination* destination = nullptr;
  SourceRange range;  // of `destination`
};

struct Route {
  RouteKind kind = RouteKind::Http;
  std::size_t index = 0;            // in its list
  std::vector<RouteMatch> matches;  // empty: everything
  std::vector<RouteTarget> targets;
  SourceRange range;
  const resource::HttpRoute* http = nullptr;  // of RouteKind::Http
};

struct VirtualService {
  std::string_view name_space;
  const resource::Resource* resource = nullptr;
  const resource::VirtualService* service = nullptr;
  Visibility visibility;
  std::vector<std::string> gateways;  // "mesh" or "namespace/name"; never empty
  std::vector<std::string> hosts;     // resolved
  std::vector<Route> routes;

  [[nodiscard]] bool binds(std::string_view gateway) const;
};

// The gateway that a VirtualService in `name_space` means: "mesh", or "namespace/name".
[[nodiscard]] std::string resolve_gateway(std::string_view name, std::string_view name_space);

// The gateways of a match, resolved; those of its VirtualService where it names none.
[[nodiscard]] std::vector<std::string> gateways_of(const VirtualService& service,
                                                   const RouteMatch& match);

// Whether it is among gateways_of().
[[nodiscard]] bool names_gateway(const VirtualService& service, const RouteMatch& match,
                                 std::string_view gateway);

// Whether any of the route's matches (or the route, when it has none) may apply at the gateway.
[[nodiscard]] bool applies_at(const VirtualService& service, const Route& route,
                              std::string_view gateway);

[[nodiscard]] VirtualService read_routes(const resource::Resource& resource,
                                         std::string_view name_space, const Settings& settings);

}  // namespace egressctl::mesh
