#include "lib/datapath/route_reader.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/base/text.h"
#include "lib/datapath/forward_file_rules.h"
#include "lib/datapath/spec_roles.h"
#include "lib/datapath/target.h"
#include "lib/spec/quoted.h"

namespace egressctl::datapath {
namespace {

using forward::ListenerConfig;
using forward::RouteConfig;
using spec::Fields;
using spec::Located;

constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

std::string_view word_of(FileRole role) {
  for (const spec::Word& word : kRoleWords)
    if (word.value == static_cast<int>(role)) return word.text;
  return {};
}

bool flag_of(Fields& fields, std::string_view key, bool usual) {
  const auto flag = fields.flag(key);
  return flag ? **flag : usual;
}

std::vector<std::string> values_of(const std::vector<Located<std::string>>& texts) {
  std::vector<std::string> out;
  out.reserve(texts.size());
  for (const auto& text : texts) out.push_back(*text);
  return out;
}

}  // namespace

std::string ListenerReader::path_of(const std::string& name) const {
  return (std::filesystem::path(folder_) / name).string();
}

void ListenerReader::refuse(const Fields& fields, std::string_view key, std::string_view why) {
  const yaml::Node* node = fields.node(key);
  if (node == nullptr) return;
  diagnostics_
      .report(kKeyOfAnotherRole, node->range, "{} means nothing here: {}", fields.path(key), why)
      .field(fields.path(key))
      .help(fmt::format("remove \"{}\"", key));
}

bool ListenerReader::need(const Fields& fields, std::string_view key, std::string_view why) {
  if (fields.node(key) != nullptr) return true;
  diagnostics_
      .report(kRoleLacksKey, fields.range(), "{} has no \"{}\": {}", fields.path(), key, why)
      .field(fields.path(key))
      .help(fmt::format("add \"{}\"", key));
  return false;
}

void ListenerReader::read(Fields& fields, ListenerConfig& config) {
  if (const auto role = fields.choice<FileRole>("role")) role_ = **role;
  config.transparent = flag_of(fields, "transparent", false);
  Fields proxy = fields.mapping("proxyProtocol");
  config.proxy_protocol = flag_of(proxy, "in", false);
  if (const auto out = proxy.choice<forward::ProxyProtocol>("out"))
    config.proxy_protocol_out = **out;
  read_tls(fields);
  if (role_ == FileRole::Sidecar) {
    if (need(fields, "gateway", "a sidecar sends to one"))
      if (const auto text = fields.text("gateway")) {
        const Target target = *parse_target(**text);
        gateway_host_ = target.host;
        gateway_port_ = target.port;
      }
  } else {
    refuse(fields, "gateway", "only a sidecar sends to one");
  }
  for (Fields& route : fields.mappings("routes")) read_route(route, config);
}

void ListenerReader::read_tls(Fields& listener) {
  if (role_ == FileRole::SniProxy)
    return refuse(listener, "tls", "an SNI proxy opens no TLS and makes none");
  if (!need(listener, "tls", fmt::format("a {} speaks mutual TLS", word_of(role_)))) return;
  Fields fields = listener.mapping("tls");
  forward::TlsConfig tls;
  tls.alpn = {kMeshAlpn};
  for (const auto& [key, target] :
       {std::pair("certificate", &tls.files.certificates), std::pair("key", &tls.files.key),
        std::pair("authorities", &tls.files.authorities)})
    if (const auto file = fields.text(key)) *target = path_of(**file);
  tls.peer_names = values_of(fields.texts("peerNames"));
  tls.resumption = flag_of(fields, "resumption", true);
  if (role_ == FileRole::Sidecar && fields.is_mapping())
    (void)need(fields, "peerNames", "a sidecar must know whom it talks to");
  tls_ = std::move(tls);
}

void ListenerReader::read_route(Fields& fields, ListenerConfig& config) {
  const auto hosts = fields.texts("hosts");
  const auto given = fields.choice<Protocol>("protocol");
  const Protocol protocol = given ? **given : Protocol::Tls;
  RouteConfig route;
  for (const auto& host : hosts) route.names.push_back(*host);
  if (const auto cluster = fields.text("cluster")) route.cluster = **cluster;
  route.internal_allowed = flag_of(fields, "internal", false);
  read_target(fields, protocol, route);
  if (role_ != FileRole::Sidecar)
    for (const std::string_view key : {"outerName", "forwardName", "direct"})
      refuse(fields, key, "only a sidecar has it");
  if (role_ != FileRole::Gateway)
    for (const std::string_view key : {"outerNames", "lookInside", "sameName"})
      refuse(fields, key, "only a gateway has it");
  if (role_ == FileRole::Gateway && protocol != Protocol::Tls)
    refuse(fields, "protocol", "what reaches a gateway is mutual TLS");
  if (role_ == FileRole::Sidecar) wrap(fields, route);
  read_originate(fields, route);
  if (role_ == FileRole::Gateway) return add_chain(fields, hosts, std::move(route), config.routes);
  const bool tls = protocol == Protocol::Tls;
  check_hosts(fields, protocol, hosts, tls ? "tls" : "plain");
  (tls ? config.routes : config.plain).push_back(std::move(route));
}

void ListenerReader::read_target(Fields& fields, Protocol protocol, RouteConfig& route) {
  if (const auto port = fields.integer("port")) route.port = static_cast<std::uint16_t>(**port);
  if (const auto text = fields.text("to")) {
    const Target target = *parse_target(**text);
    route.host = target.host;
    route.port = target.port;
    refuse(fields, "port", "\"to\" has it");
  }
  route.original_destination = flag_of(fields, "originalDestination", false);
  if (route.original_destination)
    for (const std::string_view key : {"to", "port"})
      refuse(fields, key, "the connection goes where the client wanted to go");
  if (protocol == Protocol::Http && route.host.empty() && fields.node("port") == nullptr &&
      fields.node("originate") == nullptr && !route.original_destination)
    route.port = generate::kPlainHttpPort;
}

void ListenerReader::check_hosts(Fields& fields, Protocol protocol,
                                 const std::vector<Located<std::string>>& hosts,
                                 const std::string& table) {
  const bool leads_on = fields.node("to") != nullptr ||
                        fields.node("originalDestination") != nullptr || role_ == FileRole::Sidecar;
  for (const auto& host : hosts) {
    if (*host == "*" && role_ == FileRole::Gateway)
      diagnostics_
          .report(kKeyOfAnotherRole, host.range, "\"*\" is no list of names to look for inside")
          .field(fields.path("hosts"))
          .help("list the hosts, or write lookInside: false");
    else if (*host == "*" && !leads_on)
      (void)need(fields, "to", "\"*\" without a place to lead to would be an open proxy");
    if (*host != "*" && protocol == Protocol::Tcp)
      diagnostics_
          .report(kKeyOfAnotherRole, host.range, "{} is never asked for: plain TCP names no host",
                  spec::quoted(*host))
          .field(fields.path("hosts"))
          .help("write hosts: [\"*\"]");
    const auto [first, fresh] = hosts_.try_emplace(fmt::format("{}\n{}", table, *host), host.range);
    if (!fresh)
      diagnostics_
          .report(kDuplicateRoute, host.range, "{} has a route already", spec::quoted(*host))
          .related(first->second, "the first one")
          .help("a connection takes one: remove the other");
  }
}

// Into mutual TLS to the gateway.
void ListenerReader::wrap(Fields& fields, RouteConfig& route) {
  const bool direct = flag_of(fields, "direct", false);
  const bool forwards = flag_of(fields, "forwardName", false);
  const auto outer = fields.text("outerName");
  if (direct || route.original_destination) {
    for (const std::string_view key : {"outerName", "forwardName"})
      refuse(fields, key, "the connection does not go to the gateway");
    return;
  }
  refuse(fields, "to", "a sidecar sends to its gateway; see \"direct\"");
  refuse(fields, "originate", "the gateway does it");
  if (forwards) refuse(fields, "outerName", "the client's name is the outer one");
  route.host = gateway_host_;
  route.port = gateway_port_;
  route.internal_allowed = true;
  route.forwards_name = forwards;
  if (!tls_) return;
  route.tls = tls_;
  if (outer)
    route.tls->server_name = to_lower(**outer);
  else if (!route.names.empty() && route.names.front() != "*")
    route.tls->server_name =
        is_wildcard(route.names.front()) ? route.names.front().substr(2) : route.names.front();
  else if (!forwards)
    (void)need(fields, "outerName", "there is no host that it could be");
}

void ListenerReader::read_originate(Fields& route_fields, RouteConfig& route) {
  if (route_fields.node("originate") == nullptr || route.tls) return;
  Fields fields = route_fields.mapping("originate");
  forward::TlsConfig tls;
  const auto name = fields.text("serverName");
  const std::string first = route.names.empty() ? "" : route.names.front();
  if (!name && (first.empty() || first.starts_with('*')))
    (void)need(fields, "serverName", "the first host is no name");
  tls.server_name = name ? **name : first;
  tls.peer_names = values_of(fields.texts("peerNames"));
  if (tls.peer_names.empty()) tls.peer_names = {tls.server_name};
  const auto authorities = fields.text("authorities");
  tls.files.authorities = authorities ? path_of(**authorities) : kSystemAuthorities;
  tls.alpn = {"http/1.1"};
  route.tls = std::move(tls);
}

// Routes with the same outer names are one chain, with several names inside.
void ListenerReader::add_chain(Fields& fields, const std::vector<Located<std::string>>& hosts,
                               RouteConfig route, std::vector<RouteConfig>& chains) {
  const bool look_inside = flag_of(fields, "lookInside", true);
  const bool same_name = flag_of(fields, "sameName", false);
  std::vector<std::string> outer;
  for (const auto& name : fields.texts("outerNames")) outer.push_back(to_lower(*name));
  if (outer.empty()) outer = {"*"};
  std::sort(outer.begin(), outer.end());
  const std::string key = join(outer, ",");
  if (look_inside) refuse(fields, "originate", "the TLS inside stays as it is");
  const auto [known, fresh] = chains_.try_emplace(key, chains.size());
  if (!fresh && !(look_inside && chains[known->second].termination->look_inside)) {
    diagnostics_
        .report(kDuplicateRoute, fields.range(),
                "an earlier route has the outer names {}, and one of the two does not look inside",
                spec::quoted(key))
        .field(fields.path())
        .help("give each outer names of its own");
    return;
  }
  if (!look_inside) {
    route.names = outer;
    route.termination = forward::TerminationConfig{.tls = tls_.value_or(forward::TlsConfig{}),
                                                   .look_inside = false,
                                                   .inside = {},
                                                   .same_name = same_name,
                                                   .listener = ""};
    chains.push_back(std::move(route));
    return;
  }
  check_hosts(fields, Protocol::Tls, hosts, key);
  if (fresh) {
    RouteConfig chain;
    chain.names = outer;
    chain.cluster = "sni_cluster";
    chain.termination = forward::TerminationConfig{.tls = tls_.value_or(forward::TlsConfig{}),
                                                   .look_inside = true,
                                                   .inside = {},
                                                   .same_name = same_name,
                                                   .listener = "sni_listener"};
    chains.push_back(std::move(chain));
  }
  forward::TerminationConfig& termination = *chains[known->second].termination;
  termination.same_name = termination.same_name || same_name;
  termination.inside.push_back(std::move(route));
}

}  // namespace egressctl::datapath
