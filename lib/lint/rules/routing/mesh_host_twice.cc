// EGR0311 mesh-host-twice
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "lib/lint/context.h"
#include "lib/lint/rules/routing/rivals.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/mesh/host_index.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0311", "mesh-host-twice", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/ops/best-practices/traffic-management/", "istio/istio#42561"};

using mesh::VirtualService;

// The VirtualServices that sidecars read, by their hosts.
class MeshHosts {
 public:
  explicit MeshHosts(const mesh::Mesh& mesh) {
    for (const VirtualService* service : mesh.bound_to("mesh"))
      for (const std::string& host : service->hosts) {
        same_[host].add(service->visibility, service, service);
        (service->visibility.everyone() ? everyone_ : some_).add(host, service);
      }
  }

  // Another VirtualService for the host. One for all namespaces and one for a few also get in each
  // other's way where a wildcard of the one covers the other.
  [[nodiscard]] const VirtualService* find(const VirtualService& service,
                                           const std::string& host) const {
    const auto group = same_.find(host);
    if (group == same_.end()) return nullptr;
    if (const VirtualService* rival = group->second.find(service.visibility, &service))
      return rival;
    const auto other = [&](const VirtualService& candidate) {
      return &candidate != &service && candidate.visibility.overlaps(service.visibility);
    };
    return (service.visibility.everyone() ? some_ : everyone_).overlapping(host, other);
  }

 private:
  std::unordered_map<std::string_view, Rivals<VirtualService, const VirtualService*>> same_;
  mesh::HostIndex<VirtualService> everyone_;
  mesh::HostIndex<VirtualService> some_;
};

// Source: pilot/pkg/networking/core/tls.go (buildSidecarOutboundTLSFilterChainOpts): TLS and TCP
// routes of all VirtualServices for a host are used, HTTP routes of one.
bool has_http(const VirtualService& service) {
  return !service.service->http->empty();
}

void report(const VirtualService& service, const VirtualService& rival, const std::string& host,
            Diagnostics& out) {
  const SourceRange where = service.resource->metadata.name.range;
  const std::string_view name = *rival.resource->metadata.name;
  const bool lost = has_http(service) || has_http(rival);
  auto finding =
      lost ? out.report(kId, where,
                        "sidecars find two VirtualServices for host \"{}\", this one and "
                        "\"{}/{}\", and take the HTTP routes of only one of them",
                        host, rival.name_space, name)
           : out.report(kId, where,
                        "two VirtualServices are for host \"{}\", this one and \"{}/{}\": "
                        "sidecars use the TLS and TCP routes of both, but would use the HTTP "
                        "routes of only one",
                        host, rival.name_space, name);
  if (!lost) finding.severity(Severity::Info);
  finding.related(rival.resource->metadata.name.range, "the other one")
      .help(
          "put all routes of the host into one VirtualService, or export the two to different "
          "namespaces")
      .alias("IST0109");
}

// A short name and a full one may be the same host. For istioctl the VirtualService is then in its
// own way (analyzers/virtualservice/conflictingmeshgatewayhosts.go).
void check_own_hosts(const VirtualService& service, Diagnostics& out) {
  std::unordered_set<std::string_view> seen;
  for (const std::string& host : service.hosts) {
    if (seen.insert(host).second) continue;
    out.report(kId, service.resource->metadata.name.range,
               "the VirtualService has host \"{}\" twice", host)
        .severity(Severity::Info)
        .help("name it once")
        .alias("IST0109");
    return;
  }
}

void check(const Context& in, Diagnostics& out) {
  const MeshHosts hosts(in.mesh());
  for (const VirtualService* service : in.mesh().bound_to("mesh")) {
    check_own_hosts(*service, out);
    for (const std::string& host : service->hosts) {
      const VirtualService* rival = hosts.find(*service, host);
      if (rival == nullptr) continue;
      report(*service, *rival, host, out);
      break;
    }
  }
}

}  // namespace

const Rule kMeshHostTwice{
    .info = {.id = kId,
             .summary = "two VirtualServices for one host that the same sidecars see",
             .why = "VirtualServices of a gateway are merged, the HTTP routes of sidecars are not: "
                    "those of the oldest one count. The other one's, and with them the way through "
                    "the gateway, are gone, and which one that is changes when one is made anew.",
             .mend = "Merge them, or give each an `exportTo` that leaves the other's namespaces "
                     "out.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
