// EGR0510 gateway-without-policy
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "lib/lint/context.h"
#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/security/bound_pods.h"
#include "lib/lint/rules/security/gateway_listeners.h"
#include "lib/lint/rules/security/security.h"
#include "lib/mesh/gateway_api.h"
#include "lib/yaml/append.h"
#include "lib/yaml/emit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0510", "gateway-without-policy", Severity::Warning};
constexpr std::string_view kReferences[] = {"istio/istio#23133", "istio/istio#57661"};

BoundPods bound_pods(const mesh::Mesh& mesh) {
  BoundPods out;
  for (const resource::Resource* resource : mesh.all(resource::Kind::AuthorizationPolicy))
    if (*resource->as<resource::AuthorizationPolicy>()->action !=
        resource::AuthorizationAction::Audit)
      out.add(mesh, *resource);
  return out;
}

// The hosts of a server as items of a list; empty where it takes every name.
std::string names_of_server(const resource::Server& server) {
  std::string out;
  for (const resource::Text& host : *server.hosts) {
    const std::string_view name = host_part(*host);
    if (name == "*") return {};
    out += fmt::format("      - {}\n", yaml::emit_string(name));
  }
  return out;
}

using Namespaces = std::set<std::string_view>;

// The namespaces from which sidecars come to each Gateway.
std::unordered_map<const mesh::GatewayView*, Namespaces> clients_of_gateways(const Context& in) {
  std::unordered_map<const mesh::GatewayView*, Namespaces> out;
  for (const Hop& hop : in.shared<Hops>().all())
    if (hop.gateway == nullptr && !hop.client.empty())
      for (const mesh::GatewayView* behind : in.gateways().behind(hop.target->host))
        out[behind].insert(hop.client);
  return out;
}

// A policy that lets the namespaces that come to the gateway use what its servers are for. Only
// where each server tells names of TLS apart.
std::optional<Fix> allow_clients(const Context& in, const mesh::GatewayView& view,
                                 std::string_view place, const Namespaces& clients) {
  const resource::TextMap& selector = view.gateway->selector;
  const std::string name = fmt::format("{}-clients", view.resource->resource_name().name);
  const auto& servers = *view.gateway->servers;
  if (mesh::is_converted(*view.resource) || selector->empty() || servers.empty() ||
      in.mesh().find(resource::Kind::AuthorizationPolicy, place, name) != nullptr)
    return std::nullopt;
  std::string text = fmt::format(
      "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata:\n  name: {}\n"
      "  namespace: {}\nspec:\n  selector:\n    matchLabels:\n",
      yaml::emit_string(name), yaml::emit_string(place));
  for (const auto& label : *selector)
    text += fmt::format("      {}: {}\n", yaml::emit_string(label.name),
                        yaml::emit_string(*label.entry));
  text += "  action: ALLOW\n  rules:\n";
  for (const auto& server : servers) {
    const ServerTraits traits = traits_of(*server);
    const std::string names = names_of_server(*server);
    if (!traits.sni || names.empty() || clients.empty()) return std::nullopt;
    text += "  - ";
    if (traits.identity) {
      text += "from:\n    - source:\n        namespaces:\n";
      for (const std::string_view client : clients)
        text += fmt::format("        - {}\n", yaml::emit_string(client));
      text += "    ";
    }
    text += fmt::format(
        "to:\n    - operation:\n        ports:\n        - \"{}\"\n    when:\n"
        "    - key: connection.sni\n      values:\n{}",
        view.pod_port(*server->port->number), names);
  }
  return yaml::document_fix(*view.resource->range.source, text, "allow what its servers are for");
}

void check(const Context& in, Diagnostics& out) {
  const BoundPods bound = bound_pods(in.mesh());
  auto clients = clients_of_gateways(in);
  std::unordered_set<const mesh::Workload*> told;  // several Gateways share a pod
  for (const mesh::GatewayView& view : in.gateways().all()) {
    if (!view.egress) continue;
    const auto open = std::find_if(view.pods.begin(), view.pods.end(), [&](const auto* pod) {
      return bound.policy_of(*pod) == nullptr;
    });
    if (open == view.pods.end() || !told.insert(*open).second) continue;
    const resource::TextMap& selector = view.gateway->selector;
    auto finding = out.report(
        kId, selector.present() ? selector.key : view.resource->spec_range,
        "no AuthorizationPolicy binds the pods of egress gateway \"{}\": every workload of "
        "the mesh may use all of its hosts",
        view.written_name);
    finding.related((*open)->resource->metadata.name.range, "the pods")
        .help("add an ALLOW policy that names the clients and the SNI of each destination");
    if (auto fix = allow_clients(in, view, (*open)->name_space, clients[&view]))
      finding.fix(std::move(*fix));
  }
}

}  // namespace

const Rule kGatewayWithoutPolicy{
    .info = {.id = kId,
             .posture = true,
             .summary = "an egress gateway that no AuthorizationPolicy binds",
             .why = "Whoever can open a connection to the gateway may use every destination that "
                    "is configured on it, whatever team it was meant for.",
             .mend = "Add an AuthorizationPolicy with action ALLOW in the gateway's namespace: "
                     "which clients may use which destination.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
