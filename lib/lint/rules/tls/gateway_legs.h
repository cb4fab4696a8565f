// What sidecars send to gateways: by which rule, with which TLS, to which servers.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/lint/context.h"
#include "lib/lint/rules/tls/client_tls.h"

namespace egressctl::lint::rules {

// A server behind a port of a gateway's Service.
struct LegPlace {
  const mesh::GatewayView* gateway = nullptr;
  const resource::Positioned<resource::Server>* server = nullptr;
};

// The servers behind a port, of all Gateways behind the Service.
class LegServers {
 public:
  void add(const LegPlace& place);

  [[nodiscard]] const std::vector<LegPlace>& all() const { return all_; }

  // The server whose chain is taken by a connection with that SNI, or that has that wildcard;
  // nullptr when none does. Takes no longer with many servers.
  [[nodiscard]] const LegPlace* taking(std::string_view sni) const;

 private:
  std::vector<LegPlace> all_;
  std::unordered_map<std::string_view, std::size_t> by_host_;  // the first of each
};

struct GatewayLeg {
  const mesh::VirtualService* service = nullptr;
  const mesh::Route* route = nullptr;
  const mesh::RouteTarget* target = nullptr;
  std::int64_t port = 0;  // of the gateway's Service
  // The DestinationRules that decide: that with the subset, and the first one with a policy.
  std::vector<const mesh::Rule*> rules;
  const ClientTls* tls = nullptr;  // nullptr: none is written
  std::shared_ptr<const LegServers> servers;
};

// The rules that decide about a subset ("": none) of a host for clients of a namespace.
[[nodiscard]] std::vector<const mesh::Rule*> deciding_rules(const Context& in,
                                                            std::string_view client,
                                                            const std::string& host,
                                                            std::string_view subset);

// In the order of the input. Those without a server are left out.
[[nodiscard]] const std::vector<GatewayLeg>& gateway_legs(const Context& in);

// The SNI of the mesh's mTLS on a leg that has TLS settings: theirs, else the one that istiod
// makes.
//
// Source: istio/istio pilot/pkg/networking/core/cluster_tls.go (buildUpstreamTLSSettings).
[[nodiscard]] std::string outer_name(const GatewayLeg& leg);

// The names that clients of a leg send in their own TLS: the SNI hosts of the rule's matches, else
// the VirtualService's hosts.
[[nodiscard]] std::vector<std::string_view> client_names(const GatewayLeg& leg);

}  // namespace egressctl::lint::rules
