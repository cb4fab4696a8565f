// EGR0901 disjoint-hostnames
#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/gateway_api/gateway_api.h"
#include "lib/mesh/host.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0901", "disjoint-hostnames", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://gateway-api.sigs.k8s.io/reference/spec/#listener", "istio/istio#55732"};

using Listeners = std::vector<const resource::Positioned<resource::Listener>*>;

// The listeners that take the routes of an attachment but for their host names.
Listeners open_listeners(const mesh::Mesh& mesh, const Attachment& at) {
  Listeners out;
  for (const auto* listener : at.listeners)
    if (takes_kind(**listener, at.route->kind) &&
        takes_namespace(mesh, **listener, mesh.namespace_of(*at.gateway),
                        mesh.namespace_of(*at.route)))
      out.push_back(listener);
  return out;
}

bool meets(const Listeners& listeners, std::string_view hostname) {
  return std::any_of(listeners.begin(), listeners.end(), [&](const auto* listener) {
    const std::string& own = *(*listener)->hostname;
    return own.empty() || mesh::hosts_overlap(own, hostname);
  });
}

std::string names_of(const Listeners& listeners) {
  std::string out;
  for (const auto* listener : listeners)
    out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", *(*listener)->hostname);
  return out;
}

void report(const resource::Text& hostname, const Listeners& listeners, Diagnostics& out) {
  auto finding = out.report(kId, hostname.range,
                            "no listener of the Gateway is for \"{}\"; those that take the route "
                            "are for {}",
                            *hostname, names_of(listeners));
  finding.help("give the listener and the route the same hostname, or the listener a wildcard");
  for (const auto* listener : listeners)
    finding.related((*listener)->hostname.range, "the listener's hostname");
  if (listeners.size() != 1) return;
  const resource::Text& own = (*listeners.front())->hostname;
  const auto edit = yaml::replace_string(*own.node, *hostname);
  if (edit.has_value())
    finding.fix({.title = "let the listener listen for the route's hostname", .edits = {*edit}});
}

void check(const Context& in, Diagnostics& out) {
  // What the listeners of all its parents take of a route.
  std::unordered_map<const resource::Resource*, Listeners> by_route;
  std::vector<const resource::Resource*> order;
  for (const Attachment& at : attachments(in.mesh())) {
    const auto [entry, fresh] = by_route.try_emplace(at.route);
    if (fresh) order.push_back(at.route);
    const Listeners open = open_listeners(in.mesh(), at);
    entry->second.insert(entry->second.end(), open.begin(), open.end());
  }
  for (const resource::Resource* route : order) {
    const Listeners& listeners = by_route[route];
    const auto* spec = route->as<resource::KubernetesRoute>();
    const auto& parents = *spec->parent_refs;
    // Elsewhere the hostname may be meant for a parent that the input lacks, or for sidecars.
    if (listeners.empty() || std::any_of(parents.begin(), parents.end(), [](const auto& parent) {
          return is_mesh_parent(*parent);
        }))
      continue;
    for (const resource::Text& hostname : *spec->hostnames)
      if (!meets(listeners, *hostname)) report(hostname, listeners, out);
  }
}

}  // namespace

const Rule kDisjointHostnames{
    .info = {.id = kId,
             .summary = "a route's hostname that no listener of its Gateway is for",
             .why = "The route is not accepted (NoMatchingListenerHostname), or works without this "
                    "name: TLS connections for it are reset, HTTP requests get 404.",
             .mend = "Give the listener the route's hostname, or a wildcard that covers it.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
