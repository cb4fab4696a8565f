// What sidecars send to gateways: by which rule, with which TLS, to which servers.
#pragma once

#include <string>
#include <vector>

#include "lib/lint/context.h"
#include "lib/lint/rules/tls/client_tls.h"

namespace egressctl::lint::rules {

struct GatewayLeg {
  const mesh::VirtualService* service = nullptr;
  const mesh::Route* route = nullptr;
  const mesh::RouteTarget* target = nullptr;
  std::int64_t port = 0;  // of the gateway's Service
  std::vector<const mesh::Rule*> rules;
  const ClientTls* tls = nullptr;  // nullptr: none is written
  // The servers behind the port, of all Gateways behind the Service.
  struct Place {
    const mesh::GatewayView* gateway = nullptr;
    const resource::Positioned<resource::Server>* server = nullptr;
  };
  std::vector<Place> servers;
};

// In the order of the input. Those without a server are left out, and those whose DestinationRule
// the input shows to be another in some namespace.
[[nodiscard]] std::vector<GatewayLeg> gateway_legs(const Context& in);

// Whether the server's chain is taken by a connection with that SNI.
[[nodiscard]] bool takes_name(const resource::Server& server, std::string_view sni);

// The names that clients of a leg send in their own TLS: the SNI hosts of the rule's matches, else
// the VirtualService's hosts.
[[nodiscard]] std::vector<std::string_view> client_names(const GatewayLeg& leg);

}  // namespace egressctl::lint::rules
