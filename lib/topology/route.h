// Where a proxy sends an HTTP request.
//
// Source: envoy.config.route.v3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/topology/cause.h"
#include "lib/topology/listener.h"

namespace egressctl::topology {

enum class StringMatchKind { Present, Exact, Prefix, Regex };

// A header or a query parameter that must be (or, inverted, must not be) there.
struct ValueMatcher {
  std::string name;
  StringMatchKind kind = StringMatchKind::Present;
  std::string value;
  bool invert = false;
  bool missing_is_empty = false;
};

enum class PathMatchKind {
  Prefix,
  PathSeparatedPrefix,  // of whole segments: "/a" takes "/a" and "/a/b", but not "/ab"
  Exact,
  Regex
};

struct RouteMatch {
  PathMatchKind kind = PathMatchKind::Prefix;
  std::string path = "/";
  std::optional<bool> case_sensitive;  // std::nullopt: Envoy's default, which is true
  std::vector<ValueMatcher> headers;
  std::vector<ValueMatcher> query_parameters;

  // Whether every request matches.
  [[nodiscard]] bool takes_all() const;
};

struct Redirect {
  std::string host;
  std::string path;
  bool prefix_rewrite = false;  // `path` takes the place of the matched prefix only
  std::string scheme;
  std::uint32_t port = 0;
  std::uint32_t code = 301;
};

struct Route {
  std::string name;
  RouteMatch match;
  const yaml::Node* raw_match =
      nullptr;    // of a route that an EnvoyFilter put in; counts for `match`
  Target target;  // a cluster or weighted ones
  std::optional<std::uint32_t> direct_response;  // status
  std::optional<Redirect> redirect;
  const resource::FaultAbort* abort = nullptr;  // that may answer in place of the target
  std::vector<std::string> mirrors;             // clusters that get a copy of what is sent on
  Causes causes;
  Written written = {};
};

struct VirtualHost {
  std::string name;
  std::vector<std::string> domains;
  std::vector<Route> routes;
  bool require_tls = false;  // plain requests are redirected to https
  Causes causes;
  Written written = {};
};

struct RouteConfiguration {
  std::string name;
  std::vector<VirtualHost> virtual_hosts;
  Written written = {};
};

}  // namespace egressctl::topology
