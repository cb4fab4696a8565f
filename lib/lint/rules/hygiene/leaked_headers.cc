// EGR0807 leaked-headers
#include <algorithm>
#include <unordered_set>

#include "lib/lint/rules/hygiene/hygiene.h"
#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/tls/client_tls.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0807", "leaked-headers", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/telemetry/#Tracing",
    "https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers"};

// What proxies add: who the client is, and which request it belongs to.
constexpr std::string_view kRemoval =
    "{request: {remove: [x-forwarded-client-cert, x-envoy-peer-metadata, x-envoy-peer-metadata-id, "
    "x-b3-traceid, x-b3-spanid, x-b3-parentspanid, x-b3-sampled, traceparent, tracestate]}}";

bool removes_any(const resource::Positioned<resource::Headers>& headers) {
  return !headers->request->remove->empty();
}

bool removes_any(const resource::HttpRoute& route) {
  return removes_any(route.headers) ||
         std::any_of(route.route->begin(), route.route->end(),
                     [](const auto& destination) { return removes_any(destination->headers); });
}

// Whether a Telemetry of the namespace, or of the whole mesh, keeps traces inside. The field is
// newer than the tables of kinds.
bool keeps_traces(const mesh::Mesh& mesh, std::string_view name_space) {
  for (const resource::Resource* resource : mesh.all(resource::Kind::Telemetry)) {
    const std::string_view own = mesh.namespace_of(*resource);
    if (own != name_space && own != mesh.settings().root_namespace) continue;
    for (const auto& tracing : *resource->as<resource::Telemetry>()->tracing) {
      const yaml::Node* off =
          tracing.node != nullptr ? tracing.node->find("disableContextPropagation") : nullptr;
      if (off != nullptr && off->scalar == "true") return true;
    }
  }
  return false;
}

// Whether the proxy makes TLS for an external host of what it gets as HTTP.
bool leaves_by_http(const Context& in, const Hop& hop) {
  if (hop.mirror || hop.route->http == nullptr || hop.client.empty()) return false;
  const mesh::RouteTarget& target = *hop.target;
  const auto& services = in.mesh().registry().named(target.host);
  if (std::none_of(services.begin(), services.end(),
                   [](const mesh::Service* service) { return service->is_external(); }))
    return false;
  const ClientTls* tls = client_tls(in, hop, *target.destination->port->number);
  return tls != nullptr && originates(*tls);
}

void check(const Context& in, Diagnostics& out) {
  const Hops& hops = in.shared<Hops>();
  std::unordered_set<const resource::HttpRoute*> told;
  for (const Hop& hop : hops.all()) {
    if (!leaves_by_http(in, hop) || removes_any(*hop.route->http) ||
        keeps_traces(in.mesh(), hop.client) || !told.insert(hop.route->http).second)
      continue;
    auto finding = out.report(kId, hop.route->range,
                              "requests leave for \"{}\" with the headers that proxies added: the "
                              "client's certificate and workload, and trace ids",
                              hop.target->host);
    finding.help(
        "remove them with headers.request.remove, and set disableContextPropagation in a "
        "Telemetry");
    const auto& routes = *hop.service->service->http;
    const yaml::Node* node = routes[hop.route->index].node;
    if (node == nullptr || hop.route->http->headers.present()) continue;
    if (const auto edit = yaml::insert_entry(*node, "headers", kRemoval))
      finding.fix({.title = "remove what proxies added", .safe = false, .edits = {*edit}});
  }
}

}  // namespace

const Rule kLeakedHeaders{
    .info = {.id = kId,
             .posture = true,
             .summary = "HTTP that leaves the mesh with the headers of its proxies",
             .why = "`x-forwarded-client-cert` names the client's service account and namespace, "
                    "`x-envoy-peer-metadata` its labels, `traceparent` and `x-b3-*` its traces. "
                    "Third parties learn what runs in the cluster.",
             .mend = "Remove them where the route leaves (`headers.request.remove`), and set "
                     "`disableContextPropagation` of tracing in a Telemetry of the gateway.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
