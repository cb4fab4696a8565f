// EGR0319 wildcard-without-address
#include <algorithm>

#include "lib/lint/context.h"
#include "lib/lint/rules/routing/auto_addresses.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/mesh/host.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0319", "wildcard-without-address", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/",
    "istio/istio#31372", "istio/istio#42238", "istio/istio#56843"};

constexpr std::string_view kLabel = "networking.istio.io/enable-autoallocate-ip";

// The label by which the entry asks for an address, or nullptr.
const resource::Text* asks_for_address(const resource::Resource& resource) {
  const resource::Text* label = resource.metadata.labels->find(kLabel);
  return label != nullptr && **label == "true" ? label : nullptr;
}

// A port whose connections nothing but an address tells from others.
const resource::Positioned<resource::Port>* opaque_port(const resource::ServiceEntry& entry) {
  const auto found = std::find_if(entry.ports->begin(), entry.ports->end(), [](const auto& port) {
    return !resource::is_http(*port->protocol) && !resource::is_tls(*port->protocol);
  });
  return found != entry.ports->end() ? &*found : nullptr;
}

void check(const Context& in, Diagnostics& out) {
  const bool captured = captures_dns(in.mesh());
  for (const resource::Resource* resource : in.mesh().all(resource::Kind::ServiceEntry)) {
    const auto& entry = *resource->as<resource::ServiceEntry>();
    if (!entry.addresses->empty() || has_allocated_address(*resource) ||
        *entry.resolution == resource::Resolution::DynamicDns)
      continue;
    const resource::Text* label = asks_for_address(*resource);
    const auto* port = opaque_port(entry);
    if (label == nullptr && (!captured || port == nullptr)) continue;
    const auto host =
        std::find_if(entry.hosts->begin(), entry.hosts->end(),
                     [](const resource::Text& text) { return mesh::is_pattern(*text); });
    if (host == entry.hosts->end()) continue;
    auto finding =
        out.report(kId, host->range,
                   "istiod allocates no address for a wildcard, so \"{}\" has none{}", **host,
                   port != nullptr ? fmt::format(", and its port {} takes connections to every "
                                                 "address",
                                                 *(*port)->number)
                                   : std::string());
    finding.help("list the names instead of the wildcard, or give the entry its addresses");
    if (label != nullptr) finding.related(label->range, "where an address is asked for");
    if (port != nullptr) finding.related(port->range, "the port");
  }
}

}  // namespace

const Rule kWildcardWithoutAddress{
    .info = {.id = kId,
             .summary = "a wildcard host that counts on an allocated address",
             .why = "Only hosts that are one name (and those with DYNAMIC_DNS) are given an "
                    "address that proxies tell their clients. Names under a wildcard are resolved "
                    "by the cluster's DNS, and TCP ports of several entries collide.",
             .mend = "Write the names one by one, or set `addresses`.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
