// Follows connections through generated sets, by the rules of istiod and Envoy that FACTS states:
// most specific SNI first, subset -> sni, exactly one chain of the gateway, patch by port and SNI.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lib/base/host_name.h"
#include "lib/generate/generate.h"
#include "lib/generate/layout.h"
#include "lib/generate/plan.h"
#include "lib/generate/random_spec.h"
#include "lib/yaml/load.h"

namespace egressctl::generate {
namespace {

using yaml::Node;

const Node& at(const Node& node, std::initializer_list<std::string_view> keys) {
  const Node* found = node.path(std::vector<std::string_view>(keys));
  CAPTURE(fmt::format("{}", fmt::join(keys, ".")));
  REQUIRE(found != nullptr);
  return *found;
}

std::vector<std::string> strings(const Node& list) {
  std::vector<std::string> out;
  for (const Node& item : list.items) out.emplace_back(item.scalar);
  return out;
}

struct Chain {
  std::string port;
  std::vector<std::string> snis;
  std::string leads_to;  // sidecar: subset or host; gateway: Gateway's name; internal: cluster
};

// The chain that Envoy picks: exact name first, then the longest wildcard suffix.
std::vector<const Chain*> match(const std::vector<Chain>& chains, std::string_view port,
                                std::string_view sni) {
  std::vector<const Chain*> best;
  std::size_t length = 0;
  for (const Chain& chain : chains) {
    if (chain.port != port) continue;
    for (const std::string& pattern : chain.snis) {
      if (!host_covers(pattern, sni) || pattern.size() + (pattern == sni ? 1000 : 0) < length)
        continue;
      const std::size_t now = pattern.size() + (pattern == sni ? 1000 : 0);
      if (now > length) best.clear();
      length = now;
      best.push_back(&chain);
    }
  }
  return best;
}

// What the set says, in the terms of proxies.
class Mesh {
 public:
  explicit Mesh(const spec::Spec& spec)
      : source_("set.yaml", to_stream(generate({&spec, 1}, templates(), Target::Manifest, found_))),
        documents_(yaml::load(source_, found_)) {
    REQUIRE_FALSE(found_.any(Severity::Error));
    for (const yaml::Document& document : documents_) add(document.root());
  }

  std::vector<Chain> sidecar;
  std::map<std::string, std::pair<std::string, std::string>> subsets;  // name -> port, sni
  std::vector<Chain> gateway;
  std::map<std::string, std::string> routes;    // Gateway's name -> "host:port"
  std::map<std::string, std::string> patches;   // "target port/sni" -> cluster
  std::map<std::string, std::string> clusters;  // -> internal listener
  std::map<std::string, Chain> internal;        // listener -> chain
  std::set<std::string> dynamic;  // hosts that sidecars resolve and route by themselves

 private:
  static const TemplateSet& templates() {
    static const TemplateSet kTemplates = TemplateSet::embedded();
    return kTemplates;
  }

  void add(const Node& root) {
    const std::string_view kind = root.find("kind")->scalar;
    if (kind == "VirtualService") add_virtual_service(root);
    if (kind == "DestinationRule" && at(root, {"spec"}).find("subsets") != nullptr) {
      const Node& subset = at(root, {"spec", "subsets"}).items[0];
      const Node& settings = at(subset, {"trafficPolicy", "portLevelSettings"}).items[0];
      CHECK(subsets
                .emplace(subset.find("name")->scalar,
                         std::pair(std::string(at(settings, {"port", "number"}).scalar),
                                   std::string(at(settings, {"tls", "sni"}).scalar)))
                .second);
    }
    if (kind == "Gateway") add_gateway(root);
    if (kind == "ServiceEntry" && at(root, {"spec", "resolution"}).scalar == "DYNAMIC_DNS")
      for (const std::string& host : strings(at(root, {"spec", "hosts"}))) dynamic.insert(host);
    if (kind == "EnvoyFilter") add_patches(root);
  }

  void add_virtual_service(const Node& root) {
    const Node& spec = at(root, {"spec"});
    const Node* tls = spec.find("tls");
    const Node& rule = (tls != nullptr                ? tls
                        : spec.find("tcp") != nullptr ? spec.find("tcp")
                                                      : spec.find("http"))
                           ->items[0];
    const std::string port(at(rule, {"match"}).items[0].find("port")->scalar);
    const Node& destination = at(at(rule, {"route"}).items[0], {"destination"});
    const Node* subset = destination.find("subset");
    const std::string gateway_name(at(spec, {"gateways"}).items[0].scalar);
    const std::string host(destination.find("host")->scalar);
    const std::string upstream =
        fmt::format("{}:{}", host, at(destination, {"port", "number"}).scalar);
    if (gateway_name == "mesh")
      sidecar.push_back({port, strings(at(spec, {"hosts"})),
                         subset != nullptr ? std::string(subset->scalar) : upstream});
    else
      CHECK(routes.emplace(gateway_name, upstream).second);
  }

  void add_gateway(const Node& root) {
    REQUIRE(at(root, {"spec", "servers"}).items.size() == 1);
    const Node& server = at(root, {"spec", "servers"}).items[0];
    Chain chain;
    chain.port = at(server, {"port", "number"}).scalar;
    for (const std::string& host : strings(at(server, {"hosts"})))
      chain.snis.push_back(host.substr(host.find('/') + 1));
    chain.leads_to = at(root, {"metadata", "name"}).scalar;
    gateway.push_back(chain);
  }

  void add_patches(const Node& root) {
    for (const Node& patch : at(root, {"spec", "configPatches"}).items) {
      const std::string_view where = patch.find("applyTo")->scalar;
      const Node& value = at(patch, {"patch", "value"});
      if (where == "CLUSTER" && value.find("load_assignment") != nullptr) {
        const Node& endpoint =
            at(value, {"load_assignment", "endpoints"}).items[0].find("lb_endpoints")->items[0];
        clusters[std::string(value.find("name")->scalar)] =
            at(endpoint, {"endpoint", "address", "envoy_internal_address", "server_listener_name"})
                .scalar;
      }
      if (where == "LISTENER") {
        const Node& chain = value.find("filter_chains")->items[0];
        Chain inner;
        inner.snis = strings(at(chain, {"filter_chain_match", "server_names"}));
        inner.leads_to =
            at(chain.find("filters")->items.back(), {"typed_config", "cluster"}).scalar;
        internal[std::string(value.find("name")->scalar)] = inner;
      }
      if (where == "NETWORK_FILTER" && at(patch, {"patch", "operation"}).scalar == "MERGE") {
        const Node& listener = at(patch, {"match", "listener"});
        CHECK(patches
                  .emplace(fmt::format("{}/{}", listener.find("portNumber")->scalar,
                                       at(listener, {"filterChain", "sni"}).scalar),
                           at(value, {"typed_config", "cluster"}).scalar)
                  .second);
      }
    }
  }

  Diagnostics found_;
  Source source_;
  std::vector<yaml::Document> documents_;
};

// A name that `host` stands for.
std::string example_of(const std::string& host) {
  return is_wildcard(host) ? "some.thing" + host.substr(1) : host;
}

// Where a connection to `name` ends, from the sidecar on.
struct Arrival {
  std::size_t sidecar_chains = 0;
  std::size_t gateway_chains = 0;
  std::string route;    // of the gateway: host:port
  std::string inner;    // cluster behind the internal listener; empty: none
  bool allowed = true;  // by the internal listener
};

Arrival follow(const Mesh& mesh, const Plan& plan, const std::string& name, std::uint16_t port) {
  const bool strict = *plan.spec->policy.inner_sni == spec::InnerSni::Strict;
  Arrival arrival;
  const auto sidecar = match(mesh.sidecar, std::to_string(port), name);
  arrival.sidecar_chains = sidecar.size();
  if (sidecar.size() != 1) return arrival;
  const auto subset = mesh.subsets.find(sidecar[0]->leads_to);
  if (subset == mesh.subsets.end()) {
    arrival.route = sidecar[0]->leads_to;
    return arrival;
  }
  const auto& [gateway_port, fixed_sni] = subset->second;
  const std::string outer = strict && port != kPlainHttpPort ? name : fixed_sni;
  const auto chains = match(mesh.gateway, gateway_port, outer);
  arrival.gateway_chains = chains.size();
  if (chains.size() != 1) return arrival;
  arrival.route = mesh.routes.at(chains[0]->leads_to);
  std::string target;
  for (const GatewayPort& known : plan.gateway_ports)
    if (std::to_string(known.service) == gateway_port) target = std::to_string(known.target);
  for (const std::string& sni : chains[0]->snis) {
    const auto patch = mesh.patches.find(fmt::format("{}/{}", target, sni));
    if (patch == mesh.patches.end()) continue;
    CHECK(arrival.inner.empty());
    const Chain& inner = mesh.internal.at(mesh.clusters.at(patch->second));
    arrival.inner = inner.leads_to;
    arrival.allowed = std::any_of(inner.snis.begin(), inner.snis.end(),
                                  [&](const auto& pattern) { return host_covers(pattern, name); });
  }
  return arrival;
}

// The destination whose host is the most specific for `name`: where it is meant to go.
const spec::Destination* meant(const spec::Spec& spec, const std::string& name,
                               std::uint16_t port) {
  const spec::Destination* best = nullptr;
  std::size_t length = 0;
  for (const spec::Destination& destination : spec.destinations) {
    if (*destination.via == spec::Via::Originate) continue;
    const bool has_port = std::any_of(destination.ports.begin(), destination.ports.end(),
                                      [&](const auto& known) { return *known == port; });
    for (const auto& host : destination.hosts) {
      const std::size_t now = host->size() + (*host == name ? 1000 : 0);
      if (!has_port || !host_covers(*host, name) || now <= length) continue;
      best = &destination;
      length = now;
    }
  }
  return best;
}

std::string expected_route(const spec::Destination& destination, const std::string& name,
                           std::uint16_t port) {
  switch (*destination.via) {
    case spec::Via::CommonHost: return fmt::format("{}:{}", *destination.common_host, port);
    case spec::Via::SniProxy: return fmt::format("sni-proxy.{}:{}", kReservedSuffix, port);
    default: return fmt::format("{}:{}", name, port);
  }
}

TEST_CASE("paths: every host of every mix reaches its own destination, by exactly one chain") {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const spec::Spec spec = testing::random_spec(seed);
    const Mesh mesh(spec);
    const Plan plan = make_plan(spec);
    for (const spec::Destination& listed : spec.destinations) {
      if (*listed.via == spec::Via::Originate) continue;
      for (const auto& host : listed.hosts) {
        for (const auto& port : listed.ports) {
          const std::string name = example_of(*host);
          CAPTURE(name);
          const spec::Destination& destination = *meant(spec, name, *port);
          const Arrival arrival = follow(mesh, plan, name, *port);
          if (*destination.via == spec::Via::Direct) {
            // DYNAMIC_DNS needs no rule, and no other's may take its names.
            const bool dynamic = mesh.dynamic.contains(*host);
            CHECK(arrival.sidecar_chains == (dynamic ? 0 : 1));
            CHECK(arrival.gateway_chains == 0);
            continue;
          }
          CHECK(arrival.sidecar_chains == 1);
          CHECK(arrival.gateway_chains == 1);
          CHECK(arrival.route == expected_route(destination, name, *port));
          CHECK(arrival.allowed);
          const bool checked = *destination.via == spec::Via::SniProxy ||
                               *spec.policy.inner_sni != spec::InnerSni::Off;
          CHECK(arrival.inner.empty() != checked);
          if (*destination.via == spec::Via::SniProxy)
            CHECK(arrival.inner == "dynamic_forward_proxy_cluster");
          else if (checked)
            CHECK(arrival.inner.find("outbound|") == 0);
        }
      }
    }
  }
}

TEST_CASE("paths: plain HTTP of an originating destination reaches its own host") {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const spec::Spec spec = testing::random_spec(seed);
    const Mesh mesh(spec);
    const Plan plan = make_plan(spec);
    for (const spec::Destination& destination : spec.destinations) {
      if (*destination.via != spec::Via::Originate) continue;
      for (const auto& host : destination.hosts) {
        const Arrival arrival = follow(mesh, plan, *host, kPlainHttpPort);
        CHECK(arrival.sidecar_chains == 1);
        CHECK(arrival.gateway_chains == 1);
        CHECK(arrival.route == *host + ":80");
        CHECK(arrival.inner.empty());
      }
    }
  }
}

TEST_CASE("paths: no SNI but those of the spec gets through the gateway") {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const spec::Spec spec = testing::random_spec(seed);
    const Mesh mesh(spec);
    for (const std::string sni :
         {"outbound_.443_._.istio-egressgateway.istio-egress.svc.cluster.local", "evil.example.net",
          "localhost", "kubernetes.default.svc.cluster.local"})
      for (const Chain& chain : mesh.gateway) CHECK(match(mesh.gateway, chain.port, sni).empty());
  }
}

}  // namespace
}  // namespace egressctl::generate
