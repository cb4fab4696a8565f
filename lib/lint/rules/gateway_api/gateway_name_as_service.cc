// EGR0911 gateway-name-as-service
#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/gateway_api/gateway_api.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0911", "gateway-name-as-service", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/"
    "#automated-deployment",
    "istio/istio#56826"};

void check_backend(const mesh::Mesh& mesh, std::string_view home,
                   const resource::BackendRef& backend, Diagnostics& out) {
  if (!is_service(backend)) return;
  const std::string_view place = backend.name_space.present() ? *backend.name_space : home;
  const resource::Resource* gateway =
      mesh.find(resource::Kind::KubernetesGateway, place, *backend.name);
  if (gateway == nullptr || mesh.find(resource::Kind::Service, place, *backend.name) != nullptr)
    return;
  const std::string service = service_name(*gateway);
  if (service.empty() || service == *backend.name) return;
  auto finding = out.report(kId, backend.name.range,
                            "\"{}\" is the name of the Gateway; its Service is \"{}\"",
                            *backend.name, service);
  finding.related(gateway->metadata.name.range, "the Gateway is here")
      .help(fmt::format("name the Service \"{}\"", service));
  const auto edit = yaml::replace_string(*backend.name.node, service);
  if (edit.has_value())
    finding.fix({.title = "name the Gateway's Service", .safe = true, .edits = {*edit}});
}

void check(const Context& in, Diagnostics& out) {
  for (const resource::Resource* route : all_routes(in.mesh()))
    for (const auto& rule : *route->as<resource::KubernetesRoute>()->rules)
      for (const auto& backend : *rule->backend_refs)
        check_backend(in.mesh(), in.mesh().namespace_of(*route), *backend, out);
}

}  // namespace

const Rule kGatewayNameAsService{
    .info = {.id = kId,
             .summary = "a backend that names a Gateway instead of its Service",
             .why = "istiod deploys a Gateway as `<name>-<class>`, `egress-istio` for one called "
                    "`egress`. A Service of the Gateway's own name does not exist; requests get "
                    "500.",
             .mend = "Append the class to the name.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
