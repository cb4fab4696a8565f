#include "lib/render/proxy_tables.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/render/columns.h"

namespace egressctl::render {
namespace {

using topology::Cluster;
using topology::FilterChain;
using topology::FilterChainMatch;
using topology::Listener;
using topology::NetworkFilter;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t kWideGap = 5;

// Protocols that istioctl has a shorter word for.
struct Protocols {
  std::string_view word;
  std::vector<std::string> names;
};
const std::array<Protocols, 4> kProtocols = {{
    {"App: HTTP TLS",
     {"http/1.0", "http/1.1", "h2c", "istio-http/1.0", "istio-http/1.1", "istio-h2"}},
    {"App: Istio HTTP Plain", {"istio", "istio-http/1.0", "istio-http/1.1", "istio-h2"}},
    {"App: TCP TLS", {"istio-peer-exchange", "istio"}},
    {"App: HTTP", {"http/1.0", "http/1.1", "h2c"}},
}};

std::string to_table(const Rows& rows, std::size_t gap) {
  return rows.size() > 1 ? to_columns(rows, gap) : std::string();
}

std::vector<const FilterChain*> chains_of(const Listener& listener) {
  std::vector<const FilterChain*> out;
  for (const FilterChain& chain : listener.filter_chains) out.push_back(&chain);
  if (listener.default_filter_chain) out.push_back(&*listener.default_filter_chain);
  return out;
}

bool is_black_hole(const NetworkFilter& filter) {
  return filter.target.cluster.find(topology::kBlackHoleCluster) != std::string::npos;
}

std::string describe(const std::vector<std::string>& protocols) {
  for (const Protocols& known : kProtocols)
    if (known.names == protocols) return std::string(known.word);
  return "App: " + join(protocols, ",");
}

std::string describe(const FilterChainMatch& match) {
  std::vector<std::string> out;
  if (!match.server_names.empty()) out.push_back("SNI: " + join(match.server_names, ","));
  if (!match.transport_protocol.empty()) out.push_back("Trans: " + match.transport_protocol);
  if (!match.application_protocols.empty()) out.push_back(describe(match.application_protocols));
  const std::string port =
      match.destination_port ? fmt::format(":{}", *match.destination_port) : std::string();
  if (!match.prefix_ranges.empty()) {
    out.push_back(fmt::format("Addr: {}{}", join(match.prefix_ranges, ","), port));
  } else if (!port.empty()) {
    out.push_back("Addr: *" + port);
  }
  return out.empty() ? "ALL" : join(out, "; ");
}

// "Cluster: NAME", and a cluster that is called one by its name alone.
std::string describe_cluster(const std::string& name) {
  return name.find("Cluster") != std::string::npos ? name : "Cluster: " + name;
}

std::string destination_of(const FilterChain& chain) {
  for (const NetworkFilter& filter : chain.filters) {
    const topology::Target& target = filter.target;
    if (filter.name == topology::kHttpConnectionManager) {
      if (target.inline_routes) return describe_cluster(target.inline_cluster());
      return target.route_config.empty() ? "HTTP" : "Route: " + target.route_config;
    }
    if (filter.name == topology::kTcpProxy && !is_black_hole(filter))
      return describe_cluster(target.cluster);
  }
  return "Non-HTTP/Non-TCP";
}

std::string type_of(const Listener& listener) {
  bool http = false;
  bool tcp = false;
  for (const FilterChain* chain : chains_of(listener))
    for (const NetworkFilter& filter : chain->filters) {
      http = http || filter.name == topology::kHttpConnectionManager;
      tcp = tcp || (filter.name == topology::kTcpProxy && !is_black_hole(filter));
    }
  if (http) return tcp ? "HTTP+TCP" : "HTTP";
  return tcp ? "TCP" : "UNKNOWN";
}

std::string qualified(const resource::Resource* resource, std::string_view default_namespace) {
  if (resource == nullptr) return {};
  const std::string& name_space = *resource->metadata.name_space;
  return fmt::format("{}.{}", *resource->metadata.name,
                     name_space.empty() ? default_namespace : std::string_view(name_space));
}

// A name in Kubernetes' short form goes for its longer ones.
std::vector<std::string_view> without_long_forms(const std::vector<std::string_view>& domains) {
  const std::unordered_set<std::string_view> known(domains.begin(), domains.end());
  std::vector<std::string_view> out;
  for (const std::string_view domain : domains) {
    bool is_long = false;
    for (const std::string_view suffix : {".svc.cluster.local", ".svc"})
      is_long = is_long || (domain.ends_with(suffix) &&
                            known.contains(domain.substr(0, domain.size() - suffix.size())));
    if (!is_long) out.push_back(domain);
  }
  return out;
}

std::string describe_domains(const std::vector<std::string>& domains) {
  constexpr std::size_t kShown = 2;
  if (domains.size() == 1) return domains.front();
  std::vector<std::string_view> plain;
  for (const std::string& domain : domains) {
    const auto colons = std::count(domain.begin(), domain.end(), ':');
    if (colons == 0 || (colons > 2 && domain.ends_with(']'))) plain.emplace_back(domain);
  }
  const std::vector<std::string_view> shown = without_long_forms(plain);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < std::min(kShown, shown.size()); ++i) out.emplace_back(shown[i]);
  std::string text = join(out, ", ");
  if (shown.size() > kShown) text += fmt::format(" + {} more...", shown.size() - kShown);
  return text;
}

std::string describe(const topology::RouteMatch& match) {
  switch (match.kind) {
    case topology::PathMatchKind::Prefix: return match.path + "*";
    case topology::PathMatchKind::PathSeparatedPrefix: return "PathPrefix:" + match.path;
    case topology::PathMatchKind::Exact: return match.path;
    case topology::PathMatchKind::Regex: return "regex " + match.path;
  }
  return {};
}

// The VirtualService that made a route.
const resource::Resource* virtual_service_of(const topology::Route& route) {
  for (const topology::Cause& cause : route.causes)
    if (cause.resource->kind == resource::Kind::VirtualService) return cause.resource;
  return nullptr;
}

// istioctl's own words for the types that it knows by Envoy's older field alone.
std::string_view type_of(const Cluster& cluster) {
  return cluster.type == topology::ClusterType::Custom ? "STATIC" : topology::type_name(cluster);
}

}  // namespace

std::string listener_table(const topology::Topology& topology) {
  std::vector<const Listener*> listeners;
  for (const Listener& listener : topology.listeners) listeners.push_back(&listener);
  std::stable_sort(listeners.begin(), listeners.end(), [](const Listener* a, const Listener* b) {
    return std::make_tuple(a->port, std::string_view(a->address), type_of(*a)) <
           std::make_tuple(b->port, std::string_view(b->address), type_of(*b));
  });
  Rows rows = {{"ADDRESSES", "PORT", "MATCH", "DESTINATION"}};
  for (const Listener* listener : listeners) {
    std::vector<std::string> addresses = {listener->address};
    addresses.insert(addresses.end(), listener->additional_addresses.begin(),
                     listener->additional_addresses.end());
    Rows chains;
    for (const FilterChain* chain : chains_of(*listener))
      chains.push_back({join(addresses, ","), fmt::format("{}", listener->port),
                        describe(chain->match), destination_of(*chain)});
    std::stable_sort(chains.begin(), chains.end(),
                     [](const auto& a, const auto& b) { return a.back() > b.back(); });
    rows.insert(rows.end(), chains.begin(), chains.end());
  }
  return to_table(rows, 1);
}

std::string cluster_table(const topology::Topology& topology) {
  const auto key = [](const Cluster& cluster) {
    return std::make_tuple(
        std::string_view(cluster.service.empty() ? cluster.name : cluster.service),
        std::string_view(cluster.subset), cluster.port);
  };
  std::vector<const Cluster*> clusters;
  for (const Cluster& cluster : topology.clusters) clusters.push_back(&cluster);
  std::stable_sort(clusters.begin(), clusters.end(),
                   [&](const Cluster* a, const Cluster* b) { return key(*a) < key(*b); });
  Rows rows = {{"SERVICE FQDN", "PORT", "SUBSET", "DIRECTION", "TYPE", "DESTINATION RULE"}};
  for (const Cluster* cluster : clusters) {
    const std::string rule = qualified(cluster->rule, topology.settings.default_namespace);
    if (cluster->service.empty()) {
      rows.push_back({cluster->name, "-", "-", "-", std::string(type_of(*cluster)), rule});
    } else {
      rows.push_back({cluster->service, fmt::format("{}", cluster->port),
                      cluster->subset.empty() ? "-" : cluster->subset, "outbound",
                      std::string(type_of(*cluster)), rule});
    }
  }
  return to_table(rows, kWideGap);
}

std::string route_table(const topology::Topology& topology) {
  // Those that are named by a port go by it; the others keep their places.
  const auto number = [](const topology::RouteConfiguration& routes) {
    int out = -1;
    std::from_chars(routes.name.data(), routes.name.data() + routes.name.size(), out);
    return out;
  };
  std::vector<const topology::RouteConfiguration*> sorted;
  for (const topology::RouteConfiguration& routes : topology.routes) sorted.push_back(&routes);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const auto* a, const auto* b) { return number(*a) < number(*b); });
  Rows rows = {{"NAME", "VHOST NAME", "DOMAINS", "MATCH", "VIRTUAL SERVICE"}};
  for (const topology::RouteConfiguration* routes : sorted)
    for (const topology::VirtualHost& host : routes->virtual_hosts) {
      const std::string domains = describe_domains(host.domains);
      for (const topology::Route& route : host.routes)
        if (route.target.cluster != topology::kPassthroughCluster)
          rows.push_back(
              {routes->name, host.name, domains, describe(route.match),
               qualified(virtual_service_of(route), topology.settings.default_namespace)});
      if (host.routes.empty()) rows.push_back({routes->name, host.name, domains, "/*", "404"});
    }
  return to_table(rows, kWideGap);
}

std::string endpoint_table(const topology::Topology& topology) {
  struct Line {
    const topology::Endpoint* endpoint = nullptr;
    std::string_view cluster;
  };
  std::vector<Line> lines;
  for (const Cluster& cluster : topology.clusters)
    for (const topology::Endpoint& endpoint : cluster.endpoints)
      lines.push_back({&endpoint, cluster.name});
  const auto key = [](const Line& line) {
    return std::make_tuple(std::string_view(line.endpoint->address), line.endpoint->port,
                           line.cluster);
  };
  std::stable_sort(lines.begin(), lines.end(),
                   [&](const Line& a, const Line& b) { return key(a) < key(b); });
  Rows rows = {{"ENDPOINT", "STATUS", "OUTLIER CHECK", "CLUSTER"}};
  for (const Line& line : lines)
    rows.push_back({line.endpoint->text(), line.endpoint->healthy ? "HEALTHY" : "UNHEALTHY", "OK",
                    std::string(line.cluster)});
  return to_table(rows, kWideGap);
}

}  // namespace egressctl::render
