#include "lib/bootstrap/listeners.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "lib/bootstrap/access_log.h"
#include "lib/bootstrap/addresses.h"
#include "lib/bootstrap/filters.h"
#include "lib/bootstrap/sni_overrides.h"
#include "lib/bootstrap/tls.h"
#include "lib/bootstrap/written.h"

namespace egressctl::bootstrap {
namespace {

using topology::FilterChain;
using topology::FilterChainMatch;
using topology::Listener;

constexpr std::string_view kListenerType = "envoy.config.listener.v3.Listener";
constexpr std::string_view kChainType = "envoy.config.listener.v3.FilterChain";

// As much of the first bytes as istiod has the inspector read at once.
constexpr int kFirstRead = 512;

bool is_virtual(const Listener& listener) {
  return listener.name == topology::kVirtualInbound || listener.name == topology::kVirtualOutbound;
}

Json match_of(const FilterChainMatch& match) {
  Json out = Json::object();
  if (!match.server_names.empty()) out["server_names"] = match.server_names;
  if (!match.transport_protocol.empty()) out["transport_protocol"] = match.transport_protocol;
  if (!match.application_protocols.empty())
    out["application_protocols"] = match.application_protocols;
  if (match.destination_port) out["destination_port"] = *match.destination_port;
  for (const std::string& range : match.prefix_ranges)
    out["prefix_ranges"].push_back(range_of(range));
  for (const std::string& range : match.source_prefix_ranges)
    out["source_prefix_ranges"].push_back(range_of(range));
  return out;
}

Json chain_of(Build& build, const FilterChain& chain) {
  Json out = chain.written.whole ? merged(chain.written, kChainType) : Json::object();
  if (!chain.name.empty()) out["name"] = chain.name;
  if (!chain.match.empty() && !chain.written.whole)
    out["filter_chain_match"] = match_of(chain.match);
  out["filters"] = network_filters(build, chain);
  if (chain.tls) {
    out["transport_socket"] = transport_socket(build, *chain.tls);
    if (!chain.written.whole) out["transport_socket_connect_timeout"] = "15s";
  }
  complete(out, chain.written, kChainType);
  return out;
}

// Where it listens by the options: false when it does not.
bool choose_address(Build& build, const Listener& listener, Json& out) {
  const auto& wanted = build.options.listen;
  const auto found = std::find_if(wanted.begin(), wanted.end(), [&](const ListenAt& at) {
    if (at.listener.empty()) return !is_virtual(listener);
    return at.listener == listener.name || at.listener == fmt::format("{}", listener.port);
  });
  if (found == wanted.end()) return false;
  out["address"] = address_of(found->ip, found->port.value_or(listener.port));
  return true;
}

void add_listener_filters(Build& build, const Listener& listener, Json& out) {
  Json filters = Json::array();
  for (const topology::ListenerFilter& filter : listener.listener_filters)
    if (Json made = listener_filter(build, filter); !made.is_null()) {
      if (filter.name == topology::kTlsInspector && !filter.written.whole)
        made["typed_config"].emplace("initial_read_buffer_size", kFirstRead);
      filters.push_back(std::move(made));
    }
  if (!filters.empty() || out.contains("listener_filters"))
    out["listener_filters"] = std::move(filters);
}

// What istiod says of its own listeners beside their chains.
void add_settings(const Build& build, const Listener& listener, Json& out) {
  const bool router = build.topology.proxy.type == topology::ProxyType::Router;
  if (!build.listens_directly()) {
    if (listener.bind_to_port) out["bind_to_port"] = *listener.bind_to_port;
    if (is_virtual(listener)) out["use_original_dst"] = true;
  }
  if (!router) {
    // A client that waits for the server to speak first is not waited for.
    out["listener_filters_timeout"] = "0s";
    out["continue_on_listener_filters_timeout"] = true;
  }
  out["traffic_direction"] = listener.name == topology::kVirtualInbound ? "INBOUND" : "OUTBOUND";
  out["access_log"] = listener_access_log(build);
}

Json listener_of(Build& build, const Listener& listener) {
  const bool whole = listener.written.whole;
  Json out = whole ? merged(listener.written, kListenerType) : Json::object();
  out["name"] = listener.name;
  if (!listener.internal && build.listens_directly()) {
    if (!choose_address(build, listener, out)) return nullptr;
    out.erase("bind_to_port");
  } else if (!listener.internal && !whole) {
    out["address"] = address_of(listener.address, listener.port);
  }
  if (!whole) add_settings(build, listener, out);
  add_listener_filters(build, listener, out);
  Json chains = Json::array();
  for (const FilterChain& chain : listener.filter_chains) {
    Json made = chain_of(build, chain);
    for (Json& one : with_sni_overrides(build, chain, std::move(made)))
      chains.push_back(std::move(one));
  }
  out["filter_chains"] = std::move(chains);
  if (listener.default_filter_chain)
    out["default_filter_chain"] = chain_of(build, *listener.default_filter_chain);
  complete(out, listener.written, kListenerType);
  return out;
}

// Of listeners on one address and port Envoy takes only the first.
bool is_taken(std::set<std::string>& addresses, const Json& listener) {
  const auto address = listener.find("address");
  if (address == listener.end() || !address->contains("socket_address")) return false;
  const Json& socket = (*address)["socket_address"];
  if (socket.value("port_value", 0) == 0) return false;
  return !addresses.insert(socket.dump()).second;
}

}  // namespace

Json listeners(Build& build) {
  Json out = Json::array();
  std::set<std::string> addresses;
  for (const Listener& listener : build.topology.listeners) {
    Json made = listener_of(build, listener);
    if (made.is_null()) continue;
    if (is_taken(addresses, made)) {
      build.note(fmt::format(
          "left out listener \"{}\": another one listens there; give it a place of its own with "
          "--listen {}=IP:PORT",
          listener.name, listener.name));
      continue;
    }
    out.push_back(std::move(made));
  }
  return out;
}

}  // namespace egressctl::bootstrap
