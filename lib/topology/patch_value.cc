#include "lib/topology/patch_value.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "lib/envoy/visit.h"
#include "lib/yaml/scalar.h"

namespace egressctl::topology {
namespace {

using envoy::find_value;
using yaml::Node;

constexpr std::string_view kTlsSocket = "envoy.transport_sockets.tls";
constexpr std::string_view kTcpProxyType = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";
constexpr std::string_view kManagerType =
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

constexpr std::array<std::pair<std::string_view, ClusterType>, 5> kClusterTypes = {{
    {"STATIC", ClusterType::Static},
    {"STRICT_DNS", ClusterType::StrictDns},
    {"LOGICAL_DNS", ClusterType::LogicalDns},
    {"EDS", ClusterType::Eds},
    {"ORIGINAL_DST", ClusterType::OriginalDst},
}};

constexpr std::array kPolicies = {
    LbPolicy::RoundRobin,
    LbPolicy::LeastRequest,
    LbPolicy::RingHash,
    LbPolicy::Random,
    LbPolicy::Maglev,
    LbPolicy::ClusterProvided,
    LbPolicy::LoadBalancingPolicyConfig,
};

// Follows keys from a node that may be nullptr.
template <typename... Keys>
const Node* at(const Node* node, Keys... keys) {
  ((node = node != nullptr ? find_value(*node, keys) : nullptr), ...);
  return node;
}

std::span<const Node> items(const Node* list) {
  return list != nullptr ? list->items : std::span<const Node>();
}

bool set_text(const Node* node, std::string& out) {
  if (node == nullptr || node->scalar.empty()) return false;
  out = node->scalar;
  return true;
}

std::optional<std::uint32_t> as_number(const Node* node) {
  if (node == nullptr) return std::nullopt;
  const auto number = yaml::as_int(*node);
  return number && *number >= 0 ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

bool is_true(const Node* node) {
  return node != nullptr && yaml::as_bool(*node).value_or(false);
}

// An address, and its port where it has one.
Endpoint read_address(const Node& address) {
  Endpoint out;
  if (const Node* socket = find_value(address, "socket_address")) {
    set_text(find_value(*socket, "address"), out.address);
    out.port = as_number(find_value(*socket, "port_value")).value_or(0);
  } else if (const Node* path = at(&address, "pipe", "path")) {
    out.address = fmt::format("unix://{}", path->scalar);
  } else if (const Node* internal = find_value(address, "envoy_internal_address")) {
    const Node* name = find_value(*internal, "server_listener_name");
    out.address = fmt::format("envoy://{}", name != nullptr ? name->scalar : std::string_view());
  }
  return out;
}

const Node* tls_context(const Node& transport_socket) {
  return at(&transport_socket, "typed_config");
}

// The names that a peer must have, in whichever of Envoy's places for them.
void append_names(const Node& common, std::vector<std::string>& out) {
  const Node* context = find_value(common, "validation_context");
  if (const Node* combined = find_value(common, "combined_validation_context"))
    context = find_value(*combined, "default_validation_context");
  const auto add = [&](const Node* matcher) {
    for (const std::string_view kind : {"exact", "prefix", "suffix", "contains"})
      if (const Node* text = at(matcher, kind)) out.emplace_back(text->scalar);
    if (const Node* regex = at(matcher, "safe_regex", "regex")) out.emplace_back(regex->scalar);
  };
  for (const Node& item : items(at(context, "match_typed_subject_alt_names")))
    add(find_value(item, "matcher"));
  for (const Node& item : items(at(context, "match_subject_alt_names"))) add(&item);
}

void append_certificates(const Node& common, std::vector<std::string>& out) {
  for (const Node& secret : items(find_value(common, "tls_certificate_sds_secret_configs")))
    if (const Node* name = find_value(secret, "name")) out.emplace_back(name->scalar);
  for (const Node& certificate : items(find_value(common, "tls_certificates")))
    if (const Node* file = at(&certificate, "certificate_chain", "filename"))
      out.emplace_back(file->scalar);
}

void set_trust(const Node& common, std::string& out) {
  const Node* combined = find_value(common, "combined_validation_context");
  if (set_text(at(combined, "validation_context_sds_secret_config", "name"), out)) return;
  if (set_text(at(&common, "validation_context_sds_secret_config", "name"), out)) return;
  for (const Node* context :
       {find_value(common, "validation_context"), at(combined, "default_validation_context")})
    if (const Node* file = at(context, "trusted_ca", "filename"))
      out = fmt::format("file-root:{}", file->scalar);
}

ValueMatcher read_matcher(const Node& node) {
  ValueMatcher out;
  set_text(find_value(node, "name"), out.name);
  out.invert = is_true(find_value(node, "invert_match"));
  out.missing_is_empty = is_true(find_value(node, "treat_missing_header_as_empty"));
  const Node* match = find_value(node, "string_match");
  if (set_text(at(match, "exact"), out.value)) out.kind = StringMatchKind::Exact;
  if (set_text(at(match, "prefix"), out.value)) out.kind = StringMatchKind::Prefix;
  if (set_text(at(match, "safe_regex", "regex"), out.value)) out.kind = StringMatchKind::Regex;
  return out;
}

Redirect read_redirect(const Node& node) {
  Redirect out;
  set_text(find_value(node, "host_redirect"), out.host);
  set_text(find_value(node, "scheme_redirect"), out.scheme);
  set_text(find_value(node, "path_redirect"), out.path);
  out.prefix_rewrite = set_text(find_value(node, "prefix_rewrite"), out.path);
  if (is_true(find_value(node, "https_redirect"))) out.scheme = "https";
  out.port = as_number(find_value(node, "port_redirect")).value_or(0);
  return out;
}

}  // namespace

template <typename T>
void PatchValue::append(std::string_view key, std::vector<T>& out) const {
  const Node* list = find_value(node_, key);
  if (list == nullptr) return;
  if (replaces_lists_) out.clear();
  for (const Node& item : list->items) out.push_back(part(item).made<T>());
}

void PatchValue::append_texts(std::string_view key, std::vector<std::string>& out) const {
  const Node* list = find_value(node_, key);
  if (list == nullptr) return;
  if (replaces_lists_) out.clear();
  for (const Node& item : list->items) out.emplace_back(item.scalar);
}

void PatchValue::append_ranges(std::string_view key, std::vector<std::string>& out) const {
  const Node* list = find_value(node_, key);
  if (list == nullptr) return;
  if (replaces_lists_) out.clear();
  for (const Node& item : list->items) {
    const Node* prefix = find_value(item, "address_prefix");
    out.push_back(fmt::format("{}/{}", prefix != nullptr ? prefix->scalar : std::string_view(),
                              as_number(find_value(item, "prefix_len")).value_or(0)));
  }
}

void PatchValue::append_endpoints(std::vector<Endpoint>& out) const {
  const Node* groups = at(&node_, "load_assignment", "endpoints");
  if (groups != nullptr && replaces_lists_) out.clear();
  for (const Node& group : items(groups))
    for (const Node& endpoint : items(find_value(group, "lb_endpoints")))
      if (const Node* address = at(&endpoint, "endpoint", "address")) {
        out.push_back(read_address(*address));
        out.back().source = cause_.resource;
      }
}

void PatchValue::note(Causes& causes, Written& written) const {
  causes.insert(causes.begin(), cause_);
  written.values.push_back({&node_, replaces_lists_});
}

void PatchValue::merge_into(FilterChainMatch& out) const {
  append_texts("server_names", out.server_names);
  set_text(find_value(node_, "transport_protocol"), out.transport_protocol);
  append_texts("application_protocols", out.application_protocols);
  append_ranges("prefix_ranges", out.prefix_ranges);
  append_ranges("source_prefix_ranges", out.source_prefix_ranges);
  if (const auto port = as_number(find_value(node_, "destination_port")))
    out.destination_port = port;
}

// A cluster, weighted clusters and a route configuration exclude each other.
void PatchValue::merge_into(Target& out) const {
  if (const Node* cluster = find_value(node_, "cluster")) {
    out.weighted_clusters.clear();
    out.cluster = cluster->scalar;
  }
  const Node* weighted = at(&node_, "weighted_clusters", "clusters");
  if (weighted == nullptr) return;
  out.cluster.clear();
  if (replaces_lists_) out.weighted_clusters.clear();
  for (const Node& item : weighted->items) {
    WeightedCluster& added = out.weighted_clusters.emplace_back();
    set_text(find_value(item, "name"), added.name);
    added.weight = as_number(find_value(item, "weight")).value_or(0);
  }
}

void PatchValue::merge_into(NetworkFilter& out) const {
  note(out.causes, out.written);
  set_text(find_value(node_, "name"), out.name);
  const Node* config = find_value(node_, "typed_config");
  if (config == nullptr) return;
  out.config = config;
  const std::string_view type = envoy::type_in_any(*config);
  if (type == kTcpProxyType) part(*config).merge_into(out.target);
  if (type != kManagerType) return;
  if (!set_text(at(config, "rds", "route_config_name"), out.target.route_config))
    set_text(at(config, "route_config", "name"), out.target.route_config);
}

void PatchValue::merge_into(ListenerFilter& out) const {
  note(out.causes, out.written);
  set_text(find_value(node_, "name"), out.name);
}

void PatchValue::merge_into(FilterChain& out) const {
  note(out.causes, out.written);
  set_text(find_value(node_, "name"), out.name);
  if (const Node* match = find_value(node_, "filter_chain_match"))
    part(*match).merge_into(out.match);
  append("filters", out.filters);
  const Node* socket = transport_socket();
  if (socket == nullptr) return;
  out.tls.reset();
  if (is_tls(*socket)) out.tls = part(*socket).made<DownstreamTls>();
}

void PatchValue::merge_into(Listener& out) const {
  note(out.causes, out.written);
  set_text(find_value(node_, "name"), out.name);
  if (const Node* address = find_value(node_, "address")) {
    const Endpoint read = read_address(*address);
    out.address = read.address;
    out.port = read.port;
  }
  if (find_value(node_, "internal_listener") != nullptr) out.internal = true;
  if (const Node* bind = find_value(node_, "bind_to_port")) out.bind_to_port = is_true(bind);
  append("listener_filters", out.listener_filters);
  append("filter_chains", out.filter_chains);
  const Node* rest = find_value(node_, "default_filter_chain");
  if (rest == nullptr) return;
  if (!out.default_filter_chain) out.default_filter_chain.emplace();
  part(*rest).merge_into(*out.default_filter_chain);
}

void PatchValue::merge_into(UpstreamTls& out) const {
  note(out.causes, out.written);
  const Node* context = tls_context(node_);
  if (context == nullptr) return;
  set_text(find_value(*context, "sni"), out.sni);
  const Node* common = find_value(*context, "common_tls_context");
  if (common == nullptr) return;
  part(*common).append_texts("alpn_protocols", out.alpn);
  append_names(*common, out.subject_alt_names);
  append_certificates(*common, out.certificates);
  set_trust(*common, out.trust);
  if (out.kind == TlsKind::Simple && !out.certificates.empty()) out.kind = TlsKind::Mutual;
}

void PatchValue::merge_into(DownstreamTls& out) const {
  note(out.causes, out.written);
  const Node* context = tls_context(node_);
  if (context == nullptr) return;
  if (const Node* required = find_value(*context, "require_client_certificate"))
    out.require_client_certificate = is_true(required);
  if (out.require_client_certificate && out.kind == TlsKind::Simple) out.kind = TlsKind::Mutual;
  const Node* common = find_value(*context, "common_tls_context");
  if (common == nullptr) return;
  part(*common).append_texts("alpn_protocols", out.alpn);
  append_names(*common, out.subject_alt_names);
  append_certificates(*common, out.certificates);
  set_trust(*common, out.trust);
}

void PatchValue::merge_into(Cluster& out) const {
  note(out.causes, out.written);
  set_text(find_value(node_, "name"), out.name);
  if (const Node* type = find_value(node_, "type"))
    for (const auto& [name, value] : kClusterTypes)
      if (type->scalar == name) out.type = value;
  if (set_text(at(&node_, "cluster_type", "name"), out.custom_type)) out.type = ClusterType::Custom;
  if (const Node* policy = find_value(node_, "lb_policy"))
    for (const LbPolicy value : kPolicies)
      if (policy->scalar == to_string(value)) out.lb_policy = value;
  append_endpoints(out.endpoints);
  if (find_value(node_, "http2_protocol_options") != nullptr) out.http2 = true;
  if (const Node* socket = transport_socket()) {
    out.tls.reset();
    if (is_tls(*socket)) out.tls = part(*socket).made<UpstreamTls>();
  }
  for (const Node& match : items(find_value(node_, "transport_socket_matches"))) {
    UpstreamTlsMatch& added = out.tls_matches.emplace_back();
    set_text(find_value(match, "name"), added.name);
    const Node* socket = find_value(match, "transport_socket");
    if (socket != nullptr && is_tls(*socket)) added.tls = part(*socket).made<UpstreamTls>();
  }
}

void PatchValue::merge_into(RouteMatch& out) const {
  const auto set = [&](const Node* node, PathMatchKind kind) {
    if (set_text(node, out.path)) out.kind = kind;
  };
  set(find_value(node_, "prefix"), PathMatchKind::Prefix);
  set(find_value(node_, "path_separated_prefix"), PathMatchKind::PathSeparatedPrefix);
  set(find_value(node_, "path"), PathMatchKind::Exact);
  set(at(&node_, "safe_regex", "regex"), PathMatchKind::Regex);
  if (const Node* strict = find_value(node_, "case_sensitive"))
    out.case_sensitive = is_true(strict);
  for (const Node& header : items(find_value(node_, "headers")))
    out.headers.push_back(read_matcher(header));
  for (const Node& parameter : items(find_value(node_, "query_parameters")))
    out.query_parameters.push_back(read_matcher(parameter));
}

void PatchValue::merge_into(Route& out) const {
  note(out.causes, out.written);
  set_text(find_value(node_, "name"), out.name);
  if (const Node* match = find_value(node_, "match")) {
    out.raw_match = out.target.empty() && !out.redirect && !out.direct_response ? match : nullptr;
    part(*match).merge_into(out.match);
  }
  if (const Node* action = find_value(node_, "route")) {
    out.redirect.reset();
    out.direct_response.reset();
    part(*action).merge_into(out.target);
  }
  if (const Node* redirect = find_value(node_, "redirect")) {
    out.target = {};
    out.direct_response.reset();
    out.redirect = read_redirect(*redirect);
  }
  if (const Node* response = find_value(node_, "direct_response")) {
    out.target = {};
    out.redirect.reset();
    out.direct_response = as_number(find_value(*response, "status")).value_or(0);
  }
}

void PatchValue::merge_into(VirtualHost& out) const {
  note(out.causes, out.written);
  set_text(find_value(node_, "name"), out.name);
  append_texts("domains", out.domains);
  append("routes", out.routes);
  if (const Node* tls = find_value(node_, "require_tls")) out.require_tls = tls->scalar == "ALL";
}

void PatchValue::merge_into(RouteConfiguration& out) const {
  out.written.values.push_back({&node_, replaces_lists_});
  set_text(find_value(node_, "name"), out.name);
  append("virtual_hosts", out.virtual_hosts);
}

const Node* PatchValue::transport_socket() const {
  return find_value(node_, "transport_socket");
}

bool PatchValue::is_tls(const Node& transport_socket) {
  const Node* name = find_value(transport_socket, "name");
  return name != nullptr && name->scalar == kTlsSocket;
}

}  // namespace egressctl::topology
