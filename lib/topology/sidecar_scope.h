// What a proxy knows: the services, routes and rules that its Sidecar, or the lack of one, lets it
// see.
//
// Source: istio/istio pilot/pkg/model/sidecar.go.
#pragma once

#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/topology/destination_rules.h"
#include "lib/topology/services.h"
#include "lib/topology/virtual_services.h"

namespace egressctl::topology {

// One item of a Sidecar's `egress`, or all there is to see.
struct EgressScope {
  const resource::SidecarEgress* config = nullptr;  // nullptr: no Sidecar says anything
  std::vector<const Service*> services;
  std::vector<const VirtualService*> routes;
  // For a service the one VirtualService that is the most specific for it.
  std::unordered_map<std::string_view, const VirtualService*> most_specific;

  // Whether it is for the services of one port only.
  [[nodiscard]] bool one_port() const;
};

struct SidecarScope {
  std::string_view name_space;
  const resource::Resource* sidecar = nullptr;  // nullptr: none applies
  std::vector<EgressScope> egress;
  std::vector<const Service*> services;
  std::unordered_map<std::string_view, const Service*> by_host;
  resource::OutboundMode outbound = resource::OutboundMode::AllowAny;
  const resource::Destination* egress_proxy = nullptr;
  Causes outbound_causes;  // where `outbound` was set; empty for the default

  // The service of that host, or nullptr.
  [[nodiscard]] const Service* service(std::string_view host) const;

  // The rule that the proxy applies to the service of that host, or nullptr.
  [[nodiscard]] const MergedRule* rule(std::string_view host, const Proxy& proxy) const;

  std::unordered_map<std::string_view, std::vector<const MergedRule*>> rules;
  std::deque<Service> narrowed;  // services of which some ports only are seen
};

struct ScopeSources {
  const mesh::Mesh& mesh;
  const ServiceIndex& services;
  const VirtualServiceIndex& routes;
  const RuleIndex& rules;
};

// What gateways of a namespace know: all that is exported to it.
void fill_gateway_scope(SidecarScope& scope, const ScopeSources& sources,
                        std::string_view name_space);

// What sidecars of a namespace know with that Sidecar; nullptr: without one.
void fill_sidecar_scope(SidecarScope& scope, const ScopeSources& sources,
                        std::string_view name_space, const resource::Resource* sidecar);

// The Sidecar that applies to a proxy, or nullptr.
class SidecarIndex {
 public:
  explicit SidecarIndex(const mesh::Mesh& mesh);

  [[nodiscard]] const resource::Resource* find(const Proxy& proxy) const;

 private:
  std::unordered_map<std::string_view, std::vector<const resource::Resource*>> by_namespace_;
  const resource::Resource* root_ = nullptr;  // for namespaces that have none
};

}  // namespace egressctl::topology
