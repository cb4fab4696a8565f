#include "lib/topology/http_rules.h"

#include <algorithm>

#include "lib/mesh/host.h"

namespace egressctl::topology {
namespace {

using resource::StringMatch;
using ResourceKind = resource::StringMatchKind;

const StringMatch* if_present(const resource::Positioned<StringMatch>& match) {
  return match.present() ? &*match : nullptr;
}

StringMatches read_matches(const resource::Positioned<resource::Map<StringMatch>>& map) {
  StringMatches out;
  for (const auto& named : *map) out.emplace(named.name, &*named.entry);
  return out;
}

HttpMatchRule read_match(const resource::Positioned<resource::HttpMatch>& in,
                         const resource::Resource& owner, std::string_view name_space) {
  HttpMatchRule out{.scope = {.gateways = read_gateways(in->gateways, name_space),
                              .port = *in->port,
                              .source_labels = {},
                              .source_namespace = *in->source_namespace},
                    .name = *in->name,
                    .uri = if_present(in->uri),
                    .scheme = if_present(in->scheme),
                    .method = if_present(in->method),
                    .authority = if_present(in->authority),
                    .headers = read_matches(in->headers),
                    .without_headers = read_matches(in->without_headers),
                    .query_params = read_matches(in->query_params),
                    .ignore_uri_case = *in->ignore_uri_case,
                    .cause = {&owner, in.range}};
  for (const auto& label : *in->source_labels)
    out.scope.source_labels.emplace(label.name, *label.entry);
  return out;
}

std::string_view text_of(const StringMatch* match, ResourceKind kind) {
  return match->kind == kind ? std::string_view(*match->text) : std::string_view();
}

bool clash(const StringMatch* root, const StringMatch* leaf) {
  if (root == nullptr || leaf == nullptr) return false;
  const std::string_view leaf_regex = text_of(leaf, ResourceKind::Regex);
  const std::string_view leaf_exact = text_of(leaf, ResourceKind::Exact);
  const std::string_view leaf_prefix = text_of(leaf, ResourceKind::Prefix);
  const bool root_any = !(*root->text).empty();
  const bool leaf_any = !(*leaf->text).empty();
  if (!text_of(root, ResourceKind::Regex).empty() && leaf_any) return true;
  if (!leaf_regex.empty() && root_any) return true;
  if (const std::string_view exact = text_of(root, ResourceKind::Exact); !exact.empty())
    return !leaf_prefix.empty() || leaf_exact != exact;
  if (const std::string_view prefix = text_of(root, ResourceKind::Prefix); !prefix.empty()) {
    if (!leaf_prefix.empty()) return !leaf_prefix.starts_with(prefix);
    if (!leaf_exact.empty()) return !leaf_exact.starts_with(prefix);
  }
  return true;
}

bool clash(const StringMatches& root, const StringMatches& leaf) {
  return std::any_of(leaf.begin(), leaf.end(), [&](const auto& entry) {
    const auto found = root.find(entry.first);
    return found != root.end() && clash(found->second, entry.second);
  });
}

bool clash(const MatchScope& root, const MatchScope& leaf) {
  if (root.port > 0 && leaf.port > 0 && root.port != leaf.port) return true;
  if (!root.source_namespace.empty() && leaf.source_namespace != root.source_namespace) return true;
  for (const auto& [name, value] : leaf.source_labels) {
    const auto found = root.source_labels.find(name);
    if (found != root.source_labels.end() && found->second != value) return true;
  }
  if (root.gateways.empty() || leaf.gateways.empty()) return false;
  if (root.gateways.size() < leaf.gateways.size()) return true;
  return !std::all_of(leaf.gateways.begin(), leaf.gateways.end(), [&](const std::string& gateway) {
    return std::find(root.gateways.begin(), root.gateways.end(), gateway) != root.gateways.end();
  });
}

bool clash(const HttpMatchRule& root, const HttpMatchRule& leaf) {
  return clash(root.uri, leaf.uri) || clash(root.scheme, leaf.scheme) ||
         clash(root.method, leaf.method) || clash(root.authority, leaf.authority) ||
         clash(root.headers, leaf.headers) || clash(root.without_headers, leaf.without_headers) ||
         clash(root.query_params, leaf.query_params) ||
         root.ignore_uri_case != leaf.ignore_uri_case || clash(root.scope, leaf.scope);
}

// "root-leaf", or the one of both that there is.
std::string join_names(const std::string& root, const std::string& leaf) {
  if (leaf.empty()) return root;
  return root.empty() ? leaf : root + "-" + leaf;
}

HttpMatchRule merge(const HttpMatchRule& root, const HttpMatchRule& leaf) {
  HttpMatchRule out = leaf;
  out.name = join_names(root.name, leaf.name);
  const auto fill = [](const StringMatch*& value, const StringMatch* other) {
    if (value == nullptr) value = other;
  };
  fill(out.uri, root.uri);
  fill(out.scheme, root.scheme);
  fill(out.method, root.method);
  fill(out.authority, root.authority);
  out.headers.insert(root.headers.begin(), root.headers.end());
  out.without_headers.insert(root.without_headers.begin(), root.without_headers.end());
  out.query_params.insert(root.query_params.begin(), root.query_params.end());
  out.scope.source_labels.insert(root.scope.source_labels.begin(), root.scope.source_labels.end());
  if (out.scope.port == 0) out.scope.port = root.scope.port;
  if (out.scope.source_namespace.empty()) out.scope.source_namespace = root.scope.source_namespace;
  if (out.scope.gateways.empty()) out.scope.gateways = root.scope.gateways;
  return out;
}

// Merges the matches of both; false when some match of the delegate fits none of the root's.
bool merge_matches(const std::vector<HttpMatchRule>& root, std::vector<HttpMatchRule>& leaf) {
  if (root.empty()) return true;
  if (leaf.empty()) {
    leaf = root;
    return true;
  }
  std::vector<HttpMatchRule> out;
  for (const HttpMatchRule& match : leaf) {
    const std::size_t before = out.size();
    for (const HttpMatchRule& outer : root)
      if (!clash(outer, match)) out.push_back(merge(outer, match));
    if (out.size() == before) return false;
  }
  leaf = std::move(out);
  return true;
}

}  // namespace

RouteTarget read_target(const resource::Positioned<resource::Destination>& destination,
                        std::int64_t weight, const resource::Resource& owner,
                        const mesh::Mesh& mesh, std::string_view name_space) {
  RouteTarget out{.host = mesh::resolve_short_name(*destination->host, name_space,
                                                   mesh.settings().cluster_domain),
                  .subset = *destination->subset,
                  .port = std::nullopt,
                  .weight = static_cast<std::uint32_t>(std::max<std::int64_t>(weight, 0)),
                  .present = destination.present(),
                  .cause = {&owner, destination.range}};
  if (destination->port.present())
    out.port = static_cast<std::uint32_t>(*destination->port->number);
  return out;
}

std::vector<std::string> read_gateways(const resource::Texts& names, std::string_view name_space) {
  std::vector<std::string> out;
  out.reserve(names->size());
  for (const resource::Text& name : *names) out.push_back(mesh::resolve_gateway(*name, name_space));
  return out;
}

HttpRule read_http_rule(const resource::Positioned<resource::HttpRoute>& route,
                        const resource::Resource& owner, const mesh::Mesh& mesh,
                        std::string_view name_space) {
  HttpRule out{.name = *route->name,
               .matches = {},
               .targets = {},
               .mirrors = {},
               .redirect = route->redirect.present() ? &*route->redirect : nullptr,
               .direct_response = route->direct_response.node,
               .fault = route->fault.present() ? &*route->fault : nullptr,
               .rewrite = route->rewrite.present(),
               .cause = {&owner, route.range}};
  for (const auto& match : *route->match)
    out.matches.push_back(read_match(match, owner, name_space));
  for (const auto& target : *route->route)
    out.targets.push_back(
        read_target(target->destination, *target->weight, owner, mesh, name_space));
  if (route->mirror.present())
    out.mirrors.push_back(read_target(route->mirror, 0, owner, mesh, name_space));
  for (const auto& mirror : *route->mirrors)
    if (mirror->destination.present())
      out.mirrors.push_back(read_target(mirror->destination, 0, owner, mesh, name_space));
  return out;
}

std::vector<HttpRule> merge_delegate(const HttpRule& root, std::vector<HttpRule> delegate) {
  std::vector<HttpRule> out;
  for (HttpRule& rule : delegate) {
    if (!merge_matches(root.matches, rule.matches)) continue;
    rule.name = join_names(root.name, rule.name);
    rule.rewrite = rule.rewrite || root.rewrite;
    if (rule.direct_response == nullptr) rule.direct_response = root.direct_response;
    if (rule.fault == nullptr) rule.fault = root.fault;
    if (rule.mirrors.empty()) rule.mirrors = root.mirrors;
    out.push_back(std::move(rule));
  }
  return out;
}

}  // namespace egressctl::topology
