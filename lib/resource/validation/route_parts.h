// What the routes of a VirtualService have in common, of whatever protocol.
//
// Source: istio.io/docs/reference/config/networking/virtual-service/.
#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>

#include "lib/resource/destination.h"
#include "lib/resource/http_settings.h"
#include "lib/resource/string_match.h"
#include "lib/resource/validation/report.h"
#include "lib/resource/virtual_service.h"

namespace egressctl::resource::validation {

// Facts of the VirtualService that its routes are checked against.
struct ServiceFacts {
  const VirtualService& service;
  bool is_delegate;       // no hosts: another VirtualService delegates to it
  bool names_mesh;        // `gateways` has "mesh"
  bool from_gateway_api;  // Istio made it of a Gateway API route
  std::unordered_map<std::string_view, std::size_t> sni_matches;  // how often one is named
};

// A destination that is there.
void check_destination(Report& report, const Positioned<Destination>& destination);

// Destinations, their weights, and for HTTP their headers.
void check_destinations(Report& report, const List<RouteDestination>& routes,
                        const ServiceFacts& facts);

// `gateways`: "name", "namespace/name", "mesh".
void check_gateway_names(Report& report, const Texts& gateways, bool from_gateway_api);

// What Envoy can't match: an empty prefix, an invalid regular expression. `what` names it in
// messages: "the uri".
enum class EmptyPrefix { Allowed, Refused };
void check_string_match(Report& report, const Positioned<StringMatch>& match, EmptyPrefix prefix,
                        std::string_view what);

// A regular expression that is there; `what` as above.
void check_regex(Report& report, const Text& regex, std::string_view what);

// Headers that a route changes; absent ones are all right.
void check_headers(Report& report, const Positioned<Headers>& headers);

// Whether a name stands for the Host header.
[[nodiscard]] bool is_authority(std::string_view header);

// Whether a header match is about a claim of a JWT: "@request.auth.claims.group".
[[nodiscard]] bool is_jwt_claim(std::string_view header);

// Whether the name is made of RFC 9110's token characters.
[[nodiscard]] bool is_header_name(std::string_view name);

// The checks of one HTTP route.
void check_http_route(Report& report, const Positioned<HttpRoute>& route,
                      const ServiceFacts& facts);
void check_http_match(Report& report, const Positioned<HttpMatch>& match);
void check_cors(Report& report, const CorsPolicy& policy);
void check_fault(Report& report, const Positioned<HttpFault>& fault);
void check_retries(Report& report, const Positioned<HttpRetry>& retries);
void check_redirect(Report& report, const HttpRoute& route);
void check_rewrite(Report& report, const HttpRoute& route);
void check_direct_response(Report& report, const Positioned<DirectResponse>& response);

// Warns of routes and matches that earlier ones leave nothing to.
void check_reachability(Report& report, const VirtualService& service);

}  // namespace egressctl::resource::validation
