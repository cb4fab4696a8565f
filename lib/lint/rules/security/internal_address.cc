// EGR0518 internal-address
#include <algorithm>

#include "lib/base/ip_address.h"
#include "lib/lint/context.h"
#include "lib/lint/rules/security/security.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0518", "internal-address", Severity::Warning};
constexpr std::string_view kReferences[] = {"istio/istio#28994",
                                            "https://cwe.mitre.org/data/definitions/918.html"};
constexpr resource::Kind kReads[] = {resource::Kind::ServiceEntry};

// Names under which clouds serve the credentials of a machine.
constexpr std::string_view kMetadataNames[] = {
    "metadata.google.internal", "metadata", "instance-data", "instance-data.ec2.internal",
    "metadata.azure.internal",  "localhost"};

// Private ranges are left out: databases and partners are often there on purpose.
std::string_view kind_of(std::string_view text) {
  const auto range = IpRange::parse(text);
  if (!range) return {};
  const std::string_view kind = internal_kind(range->start());
  return kind == "loopback" || kind == "link-local" || kind == "unspecified" ? kind
                                                                             : std::string_view();
}

void report(SourceRange range, std::string_view address, std::string_view kind, Diagnostics& out) {
  out.report(kId, range,
             "address \"{}\" is {}{}: the entry makes it reachable under the name of a host",
             address, kind,
             kind == "link-local" ? ", where clouds serve the credentials of the machine" : "")
      .help("remove it, unless the path to it is wanted");
}

bool is_cluster_ip(const Context& in, std::string_view address, const mesh::Service*& owner) {
  for (const mesh::Service* service : in.mesh().registry().kubernetes_named("kubernetes"))
    if (*service->kubernetes->cluster_ip == address) owner = service;
  return owner != nullptr;
}

void check_one(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const auto* entry = resource.as<resource::ServiceEntry>();
  for (const resource::Text& host : *entry->hosts)
    if (std::find(std::begin(kMetadataNames), std::end(kMetadataNames), *host) !=
        std::end(kMetadataNames))
      out.report(kId, host.range, "host \"{}\" is the machine itself or its cloud's metadata",
                 *host)
          .help("remove it, unless the path to it is wanted");
  for (const resource::Text& address : *entry->addresses)
    if (const std::string_view kind = kind_of(*address); !kind.empty())
      report(address.range, *address, kind, out);
  for (const auto& endpoint : *entry->endpoints) {
    const resource::Text& address = endpoint->address;
    const mesh::Service* owner = nullptr;
    if (const std::string_view kind = kind_of(*address); !kind.empty())
      report(address.range, *address, kind, out);
    else if (is_cluster_ip(in, *address, owner))
      report(address.range, *address, "the API server of the cluster", out);
  }
}

}  // namespace

const Rule kInternalAddress{
    .info = {.id = kId,
             .summary = "a ServiceEntry that leads to the machine or its metadata service",
             .why =
                 "A friendly name becomes a path to 127.0.0.1 of the proxy's pod, its admin port "
                 "among others, or to 169.254.169.254, where clouds hand out credentials.",
             .mend = "Remove the address, or suppress the finding with the reason.",
             .references = kReferences},
    .check_one = check_one,
    .reads = kReads};

}  // namespace egressctl::lint::rules
