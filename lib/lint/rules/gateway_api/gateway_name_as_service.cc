// EGR0911 gateway-name-as-service
#include <unordered_set>

#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/gateway_api/gateway_api.h"
#include "lib/lint/rules/references/hops.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0911", "gateway-name-as-service", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/"
    "#automated-deployment",
    "istio/istio#56826"};

// Where a Service is named, in the namespace of the Gateway's.
void check_name(const mesh::Mesh& mesh, std::string_view place, std::string_view name,
                const resource::Text& written, Diagnostics& out) {
  const resource::Resource* gateway = gateway_meant(mesh, place, name);
  if (gateway == nullptr) return;
  const std::string service = service_name(*gateway);
  auto finding =
      out.report(kId, written.range, "\"{}\" is the name of the Gateway; its Service is \"{}\"",
                 name, service);
  finding.related(gateway->metadata.name.range, "the Gateway is here")
      .help(fmt::format("name the Service \"{}\"", service));
  const auto edit = yaml::replace_string(
      *written.node, fmt::format("{}{}", service, written->substr(name.size())));
  if (edit.has_value())
    finding.fix({.title = "name the Gateway's Service", .safe = true, .edits = {*edit}});
}

void check_backend(const mesh::Mesh& mesh, std::string_view home,
                   const resource::BackendRef& backend, Diagnostics& out) {
  if (!is_service(backend)) return;
  const std::string_view place = backend.name_space.present() ? *backend.name_space : home;
  check_name(mesh, place, *backend.name, backend.name, out);
}

void check_destinations(const mesh::Mesh& mesh, Diagnostics& out) {
  std::unordered_set<const resource::Destination*> told;
  for (const mesh::VirtualService& service : mesh.routes())
    for (const mesh::Route& route : service.routes)
      for (const mesh::RouteTarget& target : route.targets) {
        const mesh::ServiceName name = cluster_name(mesh, target.host);
        const resource::Text& host = target.destination->host;
        if (!name.name_space.empty() && host->starts_with(name.name) &&
            told.insert(target.destination).second)
          check_name(mesh, name.name_space, name.name, host, out);
      }
}

void check(const Context& in, Diagnostics& out) {
  for (const resource::Resource* route : all_routes(in.mesh()))
    for (const auto& rule : *route->as<resource::KubernetesRoute>()->rules)
      for (const auto& backend : *rule->backend_refs)
        check_backend(in.mesh(), in.mesh().namespace_of(*route), *backend, out);
  check_destinations(in.mesh(), out);
}

}  // namespace

const Rule kGatewayNameAsService{
    .info = {.id = kId,
             .summary = "a backend or a destination that names a Gateway instead of its Service",
             .why = "istiod deploys a Gateway as `<name>-<class>`, `egress-istio` for one called "
                    "`egress`. A Service of the Gateway's own name does not exist; requests get "
                    "500.",
             .mend = "Append the class to the name.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
