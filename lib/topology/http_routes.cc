#include "lib/topology/http_routes.h"

#include <algorithm>
#include <array>
#include <optional>

#include "lib/mesh/gateway_api.h"
#include "lib/yaml/scalar.h"

namespace egressctl::topology {
namespace {

constexpr std::array<std::uint32_t, 5> kRedirectCodes = {301, 302, 303, 307, 308};

// A match that names gateways holds at these whatever the proxy's labels are.
bool applies(const HttpMatchRule& match, const HttpRouteScope& scope) {
  if (match.scope.port != 0 && match.scope.port != scope.port) return false;
  if (!match.scope.gateways.empty()) return match.scope.through(scope.gateway);
  return match.scope.from(scope.proxy);
}

ValueMatcher to_matcher(std::string_view name, const resource::StringMatch& in) {
  ValueMatcher out;
  out.name = name;
  out.value = *in.text;
  switch (in.kind) {
    case resource::StringMatchKind::Exact: out.kind = StringMatchKind::Exact; break;
    case resource::StringMatchKind::Prefix: out.kind = StringMatchKind::Prefix; break;
    case resource::StringMatchKind::Regex:
      // "*" alone stands for any value, though it is no regular expression.
      out.kind = out.value == "*" ? StringMatchKind::Present : StringMatchKind::Regex;
      break;
    case resource::StringMatchKind::Unknown: out.kind = StringMatchKind::Present; break;
  }
  return out;
}

// A prefix that the Gateway API made takes whole segments of a path.
//
// Source: pilot/pkg/networking/core/route/route.go (TranslateRouteMatch).
void set_path(const resource::StringMatch& uri, bool converted, RouteMatch& out) {
  switch (uri.kind) {
    case resource::StringMatchKind::Exact: out.kind = PathMatchKind::Exact; break;
    case resource::StringMatchKind::Prefix: out.kind = PathMatchKind::Prefix; break;
    case resource::StringMatchKind::Regex: out.kind = PathMatchKind::Regex; break;
    case resource::StringMatchKind::Unknown: return;
  }
  out.path = *uri.text;
  if (!converted || out.kind != PathMatchKind::Prefix || out.path == "/") return;
  out.kind = PathMatchKind::PathSeparatedPrefix;
  if (out.path.ends_with('/')) out.path.pop_back();
}

RouteMatch to_match(const HttpMatchRule& in) {
  RouteMatch out;
  for (const auto& [name, match] : in.headers) out.headers.push_back(to_matcher(name, *match));
  for (const auto& [name, match] : in.without_headers) {
    ValueMatcher& header = out.headers.emplace_back(to_matcher(name, *match));
    header.invert = true;
    header.missing_is_empty = header.kind != StringMatchKind::Present;
  }
  std::stable_sort(out.headers.begin(), out.headers.end(),
                   [](const ValueMatcher& a, const ValueMatcher& b) { return a.name < b.name; });
  if (in.uri != nullptr) set_path(*in.uri, mesh::is_converted(*in.cause.resource), out);
  out.case_sensitive = !in.ignore_uri_case;
  const auto add = [&](std::string_view name, const resource::StringMatch* match) {
    if (match != nullptr) out.headers.push_back(to_matcher(name, *match));
  };
  add(":method", in.method);
  add(":authority", in.authority);
  add(":scheme", in.scheme);
  for (const auto& [name, match] : in.query_params)
    out.query_parameters.push_back(to_matcher(name, *match));
  return out;
}

// std::nullopt for a status that Envoy has no redirect for.
std::optional<Redirect> to_redirect(const resource::HttpRedirect& in, const HttpRouteScope& scope) {
  Redirect out;
  out.host = *in.authority;
  out.prefix_rewrite = !in.prefix_rewrite->empty();
  out.path = out.prefix_rewrite ? *in.prefix_rewrite : *in.uri;
  out.scheme = *in.scheme;
  if (*in.derive_port == "FROM_REQUEST_PORT") {
    out.port = static_cast<std::uint32_t>(scope.port);
  } else if (in.port.present()) {
    out.port = static_cast<std::uint32_t>(*in.port);
  }
  const std::string_view default_scheme = scope.ends_tls ? "https" : "http";
  const std::string_view scheme = out.scheme.empty() ? default_scheme : out.scheme;
  if ((out.port == 80 && scheme == "http") || (out.port == 443 && scheme == "https")) out.port = 0;
  if (*in.redirect_code != 0) out.code = static_cast<std::uint32_t>(*in.redirect_code);
  if (std::find(kRedirectCodes.begin(), kRedirectCodes.end(), out.code) == kRedirectCodes.end())
    return std::nullopt;
  return out;
}

void set_target(const HttpRule& rule, const HttpRouteScope& scope, Route& out) {
  const auto cluster_of = [&](const RouteTarget& target) {
    return destination_cluster(target, scope.service(target.host), scope.port);
  };
  if (rule.targets.size() == 1) {
    out.target.cluster = cluster_of(rule.targets.front());
    out.causes.insert(out.causes.begin(), rule.targets.front().cause);
    return;
  }
  for (const RouteTarget& target : rule.targets)
    if (target.weight > 0)
      out.target.weighted_clusters.push_back({cluster_of(target), target.weight});
}

Route to_route(const HttpRule& rule, const HttpMatchRule* match, const HttpRouteScope& scope) {
  Route out;
  out.name = rule.name;
  if (match != nullptr) {
    if (!match->name.empty()) out.name += "." + match->name;
    out.match = to_match(*match);
    out.causes.push_back(match->cause);
  }
  out.causes.push_back(rule.cause);
  if (rule.redirect != nullptr) {
    out.redirect = to_redirect(*rule.redirect, scope);
  } else if (rule.direct_response != nullptr) {
    const yaml::Node* status = rule.direct_response->find("status");
    out.direct_response =
        static_cast<std::uint32_t>(status != nullptr ? yaml::as_int(*status).value_or(0) : 0);
  } else {
    set_target(rule, scope, out);
    for (const RouteTarget& mirror : rule.mirrors)
      out.mirrors.push_back(destination_cluster(mirror, scope.service(mirror.host), scope.port));
    if (rule.fault != nullptr && rule.fault->abort.present()) out.abort = &*rule.fault->abort;
  }
  return out;
}

}  // namespace

std::vector<Route> http_routes(const VirtualService& service, const HttpRouteScope& scope) {
  std::vector<Route> out;
  for (const HttpRule& rule : service.http) {
    if (rule.matches.empty()) {
      out.push_back(to_route(rule, nullptr, scope));
      return out;
    }
    for (const HttpMatchRule& match : rule.matches) {
      if (!applies(match, scope)) continue;
      out.push_back(to_route(rule, &match, scope));
      if (out.back().match.takes_all()) return out;
    }
  }
  return out;
}

Route route_to_cluster(std::string cluster, Causes causes) {
  Route out;
  out.name = "default";
  out.target.cluster = std::move(cluster);
  out.causes = std::move(causes);
  return out;
}

}  // namespace egressctl::topology
