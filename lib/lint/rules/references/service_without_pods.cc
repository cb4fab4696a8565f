// EGR0219 service-without-pods
#include <algorithm>
#include <unordered_set>

#include "lib/lint/context.h"
#include "lib/lint/rules/references/labels.h"
#include "lib/lint/rules/references/references.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0219", "service-without-pods", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://kubernetes.io/docs/concepts/services-networking/service/", "istio/istio#45854"};

// Whether Endpoints or an EndpointSlice of the input stand for a Service without a selector.
bool has_endpoints(const mesh::Mesh& mesh, const mesh::Service& service) {
  const std::string_view name = *service.resource->metadata.name;
  if (mesh.find(resource::Kind::Endpoints, service.name_space, name) != nullptr) return true;
  const auto& slices = mesh.all(resource::Kind::EndpointSlice);
  return std::any_of(slices.begin(), slices.end(), [&](const resource::Resource* slice) {
    const resource::Text* owner = slice->metadata.labels->find("kubernetes.io/service-name");
    return owner != nullptr && **owner == name && mesh.namespace_of(*slice) == service.name_space;
  });
}

bool has_pods(const mesh::Mesh& mesh, const mesh::Service& service) {
  const resource::TextMap& selector = service.kubernetes->selector;
  return selector->empty() ? has_endpoints(mesh, service)
                           : !mesh.workloads().select(service.name_space, selector).empty();
}

// A pod in the Service's namespace of a Gateway that has routes for hosts of the VirtualService:
// the Service was meant for it. nullptr when there is none.
const mesh::Workload* meant_pod(const Context& in, const mesh::VirtualService& service,
                                std::string_view name_space) {
  for (const std::string& host : service.hosts)
    for (const mesh::VirtualService* half : in.mesh().routes_of(host))
      for (const std::string& name : half->gateways) {
        const mesh::GatewayView* gateway = in.gateways().find(name);
        if (gateway == nullptr) continue;
        for (const mesh::Workload* pod : gateway->pods)
          if (pod->name_space == name_space) return pod;
      }
  return nullptr;
}

void report(const mesh::Service& service, const mesh::Workload& pod, SourceRange route,
            Diagnostics& out) {
  const resource::TextMap& selector = service.kubernetes->selector;
  auto finding = selector->empty()
                     ? out.report(kId, service.range,
                                  "Service \"{}\" has no selector, so it leads to no pod of the "
                                  "gateway",
                                  service.host)
                     : out.report(kId, selector.range,
                                  "the selector \"{}\" of the gateway's Service matches no pod",
                                  to_text(selector));
  finding.field("spec.selector")
      .related(pod.labels->present() ? pod.labels->range : pod.resource->metadata.name.range,
               fmt::format("the gateway's pods have \"{}\"", to_text(*pod.labels)))
      .related(route, "the route to the Service")
      .help("select labels of the gateway's pods");
}

void check(const Context& in, Diagnostics& out) {
  std::unordered_set<const mesh::Service*> settled;  // told of, or with pods
  for (const mesh::VirtualService* service : in.mesh().bound_to("mesh"))
    for (const mesh::Route& route : service->routes) {
      if (!mesh::applies_at(*service, route, "mesh")) continue;
      for (const mesh::RouteTarget& target : route.targets)
        for (const mesh::Service* found : in.mesh().registry().named(target.host)) {
          if (found->kubernetes == nullptr || settled.contains(found) ||
              *found->kubernetes->type == resource::ServiceType::ExternalName)
            continue;
          const bool served = has_pods(in.mesh(), *found);
          const mesh::Workload* pod = served ? nullptr : meant_pod(in, *service, found->name_space);
          if (served || pod != nullptr) settled.insert(found);
          if (pod != nullptr) report(*found, *pod, target.range, out);
        }
    }
}

}  // namespace

const Rule kServiceWithoutPods{
    .info = {.id = kId,
             .summary = "a gateway's Service that selects none of its pods",
             .why = "Sidecars find the Service but no endpoint behind it: requests get 503 with "
                    "response flag UH, connections are closed.",
             .mend = "Copy labels of the gateway's pods into the Service's `spec.selector`.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
