// The `http` routes of a VirtualService.
//
// Source: istio.io/docs/reference/config/networking/virtual-service/#HTTPRoute.
#pragma once

#include "lib/resource/destination.h"
#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

enum class StringMatchKind { Exact, Prefix, Regex, Unknown };

// Exactly one of three; Unknown with empty text when none is there.
struct StringMatch {
  StringMatchKind kind = StringMatchKind::Unknown;
  Text text;
};

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

struct HttpRewrite {
  Text uri;
  Text authority;
};

struct Delegate {
  Text name;
  Text name_space;  // absent: that of the root VirtualService
};

struct HttpRetry {
  Number attempts;
  Duration per_try_timeout;
  Text retry_on;
};

// One of `mirrors`; the single `mirror` of a route is a Destination.
struct HttpMirror {
  Positioned<Destination> destination;
};

struct HttpRoute {
  Text name;
  List<HttpMatch> match;  // any of them; absent: everything
  List<RouteDestination> route;
  Positioned<HttpRedirect> redirect;
  Positioned<HttpRewrite> rewrite;
  Positioned<Raw> direct_response;
  Positioned<Delegate> delegate;
  Duration timeout;
  Positioned<HttpRetry> retries;
  Positioned<Destination> mirror;
  List<HttpMirror> mirrors;
  Positioned<Raw> fault;
  Positioned<Raw> headers;
  Positioned<Raw> cors_policy;
};

// Reads an item of `http`.
[[nodiscard]] HttpRoute read_http_route(const Fields& in);

}  // namespace egressctl::resource
