#include "lib/mesh/gateway_api_matches.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "lib/mesh/gateway_api_parts.h"
#include "lib/yaml/scalar.h"

namespace egressctl::mesh::gateway_api {
namespace {

using resource::Positioned;
using resource::StringMatch;
using resource::StringMatchKind;

std::string_view text_of(const yaml::Node* node) {
  return node != nullptr && node->is_scalar() ? node->scalar : std::string_view();
}

std::string_view text_of(const yaml::Node& node, std::string_view key) {
  return text_of(node.find(key));
}

resource::Text at(std::string text, const yaml::Node& node) {
  return placed(std::move(text), node.range, &node);
}

Positioned<StringMatch> to_match(StringMatchKind kind, std::string text, const yaml::Node& node) {
  return placed(StringMatch{kind, at(std::move(text), node)}, node.range, &node);
}

bool is_regex(const yaml::Node& node) {
  return text_of(node, "type") == "RegularExpression";
}

Positioned<StringMatch> value_match(const yaml::Node& node) {
  return to_match(is_regex(node) ? StringMatchKind::Regex : StringMatchKind::Exact,
                  std::string(text_of(node, "value")), node);
}

// Of headers or query parameters. Of equal names the last one counts.
Positioned<resource::Map<StringMatch>> value_matches(const yaml::Node* list) {
  if (list == nullptr) return {};
  resource::Map<StringMatch> out;
  for (const yaml::Node& item : list->items) {
    const std::string name(text_of(item, "name"));
    std::erase_if(out.entries, [&](const auto& entry) { return entry.name == name; });
    out.entries.push_back({name, value_match(item)});
  }
  return placed(std::move(out), list->range, list);
}

// Source: conversion.go (createURIMatch).
Positioned<StringMatch> path_match(const yaml::Node& path) {
  std::string value(text_of(path, "value"));
  if (value.empty()) value.push_back('/');
  const std::string_view type = text_of(path, "type");
  if (type == "Exact") return to_match(StringMatchKind::Exact, std::move(value), path);
  if (type == "RegularExpression") return to_match(StringMatchKind::Regex, std::move(value), path);
  if (value != "/" && value.ends_with('/')) value.pop_back();
  return to_match(StringMatchKind::Prefix, std::move(value), path);
}

// Source: conversion.go (createGRPCURIMatch).
Positioned<StringMatch> grpc_match(const yaml::Node& node) {
  const std::string_view service = text_of(node, "service");
  const std::string_view method = text_of(node, "method");
  if (service.empty() && method.empty()) return {};
  if (service.empty())
    return to_match(StringMatchKind::Regex, fmt::format("/[^/]+/{}", method), node);
  if (method.empty())
    return is_regex(node) ? to_match(StringMatchKind::Regex, fmt::format("/{}/.+", service), node)
                          : to_match(StringMatchKind::Prefix, fmt::format("/{}/", service), node);
  return to_match(is_regex(node) ? StringMatchKind::Regex : StringMatchKind::Exact,
                  fmt::format("/{}/{}", service, method), node);
}

void set_text(const yaml::Node& node, std::string_view key, resource::Text& out) {
  if (const yaml::Node* found = node.find(key)) out = at(std::string(text_of(found)), *found);
}

void set_number(const yaml::Node& node, std::string_view key, resource::Number& out) {
  const yaml::Node* found = node.find(key);
  if (found != nullptr) out = placed(yaml::as_int(*found).value_or(0), found->range, found);
}

// Source: conversion.go (createRedirectFilter).
resource::HttpRedirect redirect_of(const yaml::Node& node) {
  resource::HttpRedirect out;
  set_number(node, "statusCode", out.redirect_code);
  set_text(node, "hostname", out.authority);
  set_text(node, "scheme", out.scheme);
  set_number(node, "port", out.port);
  if (!out.port.present())
    out.derive_port =
        at(out.scheme.present() ? "FROM_PROTOCOL_DEFAULT" : "FROM_REQUEST_PORT", node);
  if (const yaml::Node* path = node.find("path")) {
    if (text_of(*path, "type") == "ReplaceFullPath") set_text(*path, "replaceFullPath", out.uri);
    if (text_of(*path, "type") == "ReplacePrefixMatch")
      set_text(*path, "replacePrefixMatch", out.prefix_rewrite);
  }
  return out;
}

// Source: conversion.go (createRewriteFilter).
resource::HttpRewrite rewrite_of(const yaml::Node& node) {
  resource::HttpRewrite out;
  set_text(node, "hostname", out.authority);
  const yaml::Node* path = node.find("path");
  if (path == nullptr) return out;
  if (text_of(*path, "type") == "ReplacePrefixMatch") {
    std::string prefix(text_of(*path, "replacePrefixMatch"));
    if (prefix.ends_with('/')) prefix.pop_back();
    out.uri = at(prefix.empty() ? "/" : std::move(prefix), *path);
  } else if (text_of(*path, "type") == "ReplaceFullPath") {
    resource::RegexRewrite regex;
    regex.match = at("/.*", *path);
    set_text(*path, "replaceFullPath", regex.rewrite);
    out.uri_regex_rewrite = placed(std::move(regex), path->range, path);
  }
  return out;
}

resource::TextMap headers_of(const yaml::Node* list) {
  if (list == nullptr) return {};
  resource::Map<std::string> out;
  for (const yaml::Node& item : list->items)
    if (const std::string name(text_of(item, "name")); out.find(name) == nullptr)
      out.entries.push_back({name, at(std::string(text_of(item, "value")), item)});
  return placed(std::move(out), list->range, list);
}

// Source: conversion.go (createHeadersFilter).
Positioned<resource::HeaderOperations> operations_of(const yaml::Node& node) {
  resource::HeaderOperations out;
  out.set = headers_of(node.find("set"));
  out.add = headers_of(node.find("add"));
  if (const yaml::Node* remove = node.find("remove")) {
    std::vector<resource::Text> names;
    for (const yaml::Node& item : remove->items)
      names.push_back(at(std::string(text_of(&item)), item));
    out.remove = placed(std::move(names), remove->range, remove);
  }
  return placed(std::move(out), node.range, &node);
}

// Source: conversion.go (sortHTTPRoutes); a route has at most one match.
auto order_key(const resource::HttpRoute& route) {
  if (route.match->empty()) return std::make_tuple(1, 0, 0L, 0, 0L, 0L);
  const resource::HttpMatch& match = *route.match->front();
  int rank = -1;
  if (match.uri.present()) {
    switch (match.uri->kind) {
      case StringMatchKind::Exact: rank = 3; break;
      case StringMatchKind::Prefix: rank = 2; break;
      case StringMatchKind::Regex: rank = 1; break;
      case StringMatchKind::Unknown: break;
    }
  }
  const auto size = [](auto value) { return -static_cast<long>(value); };
  return std::make_tuple(0, -rank, size(match.uri.present() ? match.uri->text->size() : 0),
                         match.method.present() ? 0 : 1, size(match.headers->size()),
                         size(match.query_params->size()));
}

}  // namespace

resource::HttpMatch match_of(const yaml::Node& match, bool grpc) {
  resource::HttpMatch out;
  const yaml::Node* method = match.find("method");
  out.headers = value_matches(match.find("headers"));
  if (grpc) {
    if (method != nullptr) out.uri = grpc_match(*method);
    return out;
  }
  // The API's default is every path, which its defaults write down.
  const yaml::Node* path = match.find("path");
  out.uri = path != nullptr ? path_match(*path) : to_match(StringMatchKind::Prefix, "/", match);
  out.query_params = value_matches(match.find("queryParams"));
  if (method != nullptr)
    out.method = to_match(StringMatchKind::Exact, std::string(text_of(method)), *method);
  return out;
}

bool add_filter(const yaml::Node& filter, resource::HttpRoute& route) {
  static const yaml::Node kNothing;
  const std::string_view type = text_of(filter, "type");
  const auto part = [&](std::string_view key) -> const yaml::Node& {
    const yaml::Node* found = filter.find(key);
    return found != nullptr ? *found : kNothing;
  };
  if (type == "RequestRedirect") {
    route.redirect = placed(redirect_of(part("requestRedirect")), filter.range, &filter);
  } else if (type == "URLRewrite") {
    route.rewrite = placed(rewrite_of(part("urlRewrite")), filter.range, &filter);
  } else if (type == "RequestHeaderModifier" || type == "ResponseHeaderModifier") {
    const bool request = type == "RequestHeaderModifier";
    if (!route.headers.present())
      route.headers = placed(resource::Headers{}, filter.range, &filter);
    auto& side = request ? route.headers.value.request : route.headers.value.response;
    side = operations_of(part(request ? "requestHeaderModifier" : "responseHeaderModifier"));
  } else if (type != "CORS" && type != "RequestMirror") {
    return false;
  }
  return true;
}

void sort_routes(std::vector<Positioned<resource::HttpRoute>>& routes) {
  std::stable_sort(routes.begin(), routes.end(),
                   [](const auto& a, const auto& b) { return order_key(*a) < order_key(*b); });
}

}  // namespace egressctl::mesh::gateway_api
