// What a spec asks for, worked out: one flow a host group and port, with the names that tie its
// resources together. No YAML here; the emitters of this folder turn a plan into manifests.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/spec/hosts.h"
#include "lib/spec/spec.h"

namespace egressctl::generate {

// Outer SNIs that are no real host end in this; the reader refuses hosts below it.
using spec::kReservedSuffix;

// The port on which clients of an `originate` destination speak plain HTTP.
inline constexpr std::uint16_t kPlainHttpPort = 80;

// A port of the gateway: `service` is what Gateway servers, routes and subsets name, `target` what
// Envoy listens on and what EnvoyFilters and NetworkPolicies name.
struct GatewayPort {
  std::uint16_t service = 443;
  std::uint16_t target = 8443;

  auto operator<=>(const GatewayPort&) const = default;
};

// One way out: a sidecar's SNI chain (or HTTP route), a subset, an outer SNI, a chain of the
// gateway and what that leads to. Every destination but a `direct` one has at least one.
struct Flow {
  std::string id;                  // DNS label, unique in the plan; the subset's name
  std::vector<std::string> hosts;  // what clients ask for; more than one for wildcard destinations
  std::uint16_t port = 443;        // that clients dial
  std::uint16_t upstream_port = 443;  // that is dialled in the end
  GatewayPort gateway_port;
  std::string outer_sni;                  // the DestinationRule's `sni`
  std::vector<std::string> server_hosts;  // SNIs of the gateway's chain; `outer_sni` is one of them
  std::string upstream_host;              // ServiceEntry host that the gateway's route leads to
  bool forwards_sni = false;              // the sidecar must send the inner SNI as the outer one
};

// A ServiceEntry with `resolution: DNS`.
struct NamedHosts {
  std::string id;
  std::vector<std::string> hosts;
  std::vector<std::uint16_t> ports;  // TLS, sorted
  std::uint16_t plain_target = 0;    // where port 80 leads (originate), 0: no such port
  bool exported = true;              // clients see it; else the gateway's namespace alone
};

// A destination with everything that belongs to it.
struct DestinationPlan {
  const spec::Destination* destination = nullptr;
  std::string id;                           // DNS label, unique in the plan
  std::vector<Flow> flows;                  // empty for Via::Direct
  std::vector<std::string> wildcard_hosts;  // hosts of the ServiceEntry without resolution
  std::vector<std::string> named_hosts;     // hosts of the ServiceEntry with DNS
  // Hosts of the ServiceEntry with DYNAMIC_DNS. No VirtualService may name or overlap them: istiod
  // resolves only what it routes by itself (pilot/pkg/networking/core, networkfilter.go).
  std::vector<std::string> dynamic_hosts;
};

// A namespace of clients.
struct ClientPlan {
  std::string name_space;
  std::vector<std::string> principals;
  std::map<std::string, std::string> selector;
};

// A wildcard that is to be resolved by DYNAMIC_DNS and overlaps another host of the spec.
struct HiddenWildcard {
  const spec::Destination* destination = nullptr;
  std::string host;
};

// The whole of a spec. Refers to the spec, which must outlive it.
struct Plan {
  const spec::Spec* spec = nullptr;
  std::string gateway_host;                // <name>.<namespace>.svc.<cluster domain>
  std::vector<GatewayPort> gateway_ports;  // sorted
  std::vector<DestinationPlan> destinations;
  std::vector<NamedHosts> common_hosts;  // what common-host destinations lead to, each once
  std::vector<ClientPlan> clients;       // empty: every namespace
  std::vector<std::string> principals;   // of all clients
  std::vector<std::string> export_to;    // empty: every namespace
  std::vector<HiddenWildcard> hidden;
  std::vector<std::uint16_t> direct_ports;    // that clients dial without the gateway, sorted
  std::vector<std::uint16_t> upstream_ports;  // that the gateway dials, sorted
};

// Works out a plan. Total: every spec that spec::read accepts has one.
[[nodiscard]] Plan make_plan(const spec::Spec& spec);

// The cluster of Envoy's dynamic forward proxy, which dials the name in the inner SNI.
inline constexpr std::string_view kForwardProxyCluster = "dynamic_forward_proxy_cluster";

// Whether the gateway looks at the inner SNI of a destination's flows: then each of them has an
// internal listener of this name, and a cluster that leads to it.
[[nodiscard]] bool checks_inner_sni(const Plan& plan, const DestinationPlan& destination);
[[nodiscard]] std::string sni_listener_name(const Flow& flow);
[[nodiscard]] std::string sni_cluster_name(const Flow& flow);

// The cluster that a flow leads to from the gateway: kForwardProxyCluster, or that of its upstream.
[[nodiscard]] std::string upstream_cluster(const DestinationPlan& destination, const Flow& flow);

// `<id>-<suffix>` as a DNS label of at most 63 bytes; shortened by a hash where it is longer.
[[nodiscard]] std::string resource_name(std::string_view id, std::string_view suffix);

}  // namespace egressctl::generate
