#include "lib/bootstrap/sni_overrides.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "lib/mesh/host.h"

namespace egressctl::bootstrap {
namespace {

bool is_service(const Build& build, const std::string& host) {
  return std::any_of(build.topology.clusters.begin(), build.topology.clusters.end(),
                     [&](const topology::Cluster& cluster) {
                       return cluster.service == host || cluster.name == host;
                     });
}

bool takes(const Build& build, const topology::FilterChain& chain, const std::string& host) {
  const auto& names = chain.match.server_names;
  if (names.empty()) return !is_service(build, host);
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return mesh::is_subset(host, name); });
}

// The filter in front of a chain that sets where the connection goes.
//
// Source: envoyproxy.io, "Well known filter state objects": envoy.upstream.dynamic_{host,port}.
Json destination_filter(const Address& to) {
  const auto set = [](std::string_view key, const std::string& value) {
    return Json{{"object_key", key},
                {"format_string", {{"text_format_source", {{"inline_string", value}}}}}};
  };
  return extension(
      "envoy.filters.network.set_filter_state", "filters.network.set_filter_state.v3.Config",
      {{"on_new_connection",
        Json::array({set("envoy.upstream.dynamic_host", to.ip),
                     set("envoy.upstream.dynamic_port", fmt::format("{}", to.port))})}});
}

Json overridden(const Json& made, const EndpointOverride& one) {
  Json out = made;
  if (out.contains("name"))
    out["name"] = fmt::format("{}|{}", out["name"].get<std::string>(), one.host);
  out["filter_chain_match"]["server_names"] = Json::array({one.host});
  Json& filters = out["filters"];
  filters.insert(filters.begin(), destination_filter(one.to));
  return out;
}

}  // namespace

std::vector<Json> with_sni_overrides(const Build& build, const topology::FilterChain& chain,
                                     Json made) {
  std::vector<Json> out;
  if (chain.sni_forwarder() == nullptr) return {std::move(made)};
  std::vector<std::string> rest = chain.match.server_names;
  for (const EndpointOverride& one : build.options.endpoints) {
    if (!takes(build, chain, one.host)) continue;
    out.push_back(overridden(made, one));
    std::erase(rest, one.host);
  }
  if (rest.empty() && !chain.match.server_names.empty()) return out;
  if (!rest.empty()) made["filter_chain_match"]["server_names"] = rest;
  out.push_back(std::move(made));
  return out;
}

}  // namespace egressctl::bootstrap
