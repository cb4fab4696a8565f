// EGR0320 shadowed-service
#include <algorithm>

#include "lib/lint/context.h"
#include "lib/lint/rules/routing/routing.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0320", "shadowed-service", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry",
    "kiali/kiali#2918", "istio/istio#56826"};

void check(const Context& in, Diagnostics& out) {
  const mesh::Registry& registry = in.mesh().registry();
  const std::string domain = ".svc." + in.mesh().settings().cluster_domain;
  for (const mesh::Service& service : registry.all()) {
    if (service.entry == nullptr || !service.host.ends_with(domain)) continue;
    const auto& named = registry.named(service.host);
    const auto rival = std::find_if(named.begin(), named.end(), [](const mesh::Service* other) {
      return other->kubernetes != nullptr;
    });
    if (rival != named.end()) {
      out.report(kId, service.range,
                 "\"{}\" is a Service of Kubernetes already: proxies mix the endpoints of the two, "
                 "or take one by turns",
                 service.host)
          .related((*rival)->range, "the Service is here")
          .help("delete the host here; the Service is known without it");
    } else if (service.is_external()) {
      out.report(kId, service.range,
                 "\"{}\" is the name of a Service in the cluster, and the entry says that it is "
                 "outside of the mesh",
                 service.host)
          .related(service.entry->location.present() ? service.entry->location.range
                                                     : service.resource->metadata.name.range,
                   "where that is said")
          .help("delete the host here; the Service is known without it");
    }
  }
}

}  // namespace

const Rule kShadowedService{
    .info = {.id = kId,
             .summary = "a ServiceEntry for the name of a Kubernetes Service",
             .why = "The registry has the host twice. Depending on which is the older, proxies "
                    "use the one's ports and endpoints, the other's, or both; mTLS to it may be "
                    "left out. Often it was written to mend the gateway's own name.",
             .mend = "Delete it: Services need no ServiceEntry.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
