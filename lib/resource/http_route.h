// The `http` routes of a VirtualService.
//
// Source: istio.io/docs/reference/config/networking/virtual-service/#HTTPRoute.
#pragma once

#include "lib/resource/destination.h"
#include "lib/resource/fields.h"
#include "lib/resource/http_settings.h"
#include "lib/resource/positioned.h"
#include "lib/resource/string_match.h"

namespace egressctl::resource {

struct HttpMatch {
  Text name;
  Positioned<StringMatch> uri;
  Positioned<StringMatch> scheme;
  Positioned<StringMatch> method;
  Positioned<StringMatch> authority;
  Positioned<Map<StringMatch>> headers;
  Positioned<Map<StringMatch>> without_headers;
  Positioned<Map<StringMatch>> query_params;
  Flag ignore_uri_case;
  Number port;
  TextMap source_labels;
  Text source_namespace;
  Text stat_prefix;
  Texts gateways;  // absent: those of the VirtualService
};

struct HttpRedirect {
  Text uri;
  Text prefix_rewrite;
  Text authority;
  Number port;
  Text derive_port;
  Text scheme;
  Number redirect_code;
};

struct RegexRewrite {
  Text match;
  Text rewrite;
};

struct HttpRewrite {
  Text uri;
  Text authority;
  Positioned<RegexRewrite> uri_regex_rewrite;
};

struct Delegate {
  Text name;
  Text name_space;  // absent: that of the root VirtualService
};

struct HttpRetry {
  Number attempts;
  Duration per_try_timeout;
  Text retry_on;  // conditions and status codes, separated by commas alone
  Flag retry_remote_localities;
  Duration backoff;
};

// One of `mirrors`; the single `mirror` of a route is a Destination.
struct HttpMirror {
  Positioned<Destination> destination;
  Positioned<Percent> percentage;
};

struct HttpRoute {
  Text name;
  List<HttpMatch> match;  // any of them; absent: everything
  List<RouteDestination> route;
  Positioned<HttpRedirect> redirect;
  Positioned<HttpRewrite> rewrite;
  Positioned<DirectResponse> direct_response;
  Positioned<Delegate> delegate;
  Duration timeout;
  Positioned<HttpRetry> retries;
  Positioned<Destination> mirror;
  List<HttpMirror> mirrors;
  Number mirror_percent;  // deprecated
  Positioned<Percent> mirror_percentage;
  Positioned<HttpFault> fault;
  Positioned<Headers> headers;
  Positioned<CorsPolicy> cors_policy;
};

// Reads an item of `http`.
[[nodiscard]] HttpRoute read_http_route(const Fields& in);

}  // namespace egressctl::resource
