// EGR0513 interception-exclusion
#include <algorithm>
#include <charconv>

#include "lib/base/ip_address.h"
#include "lib/base/text.h"
#include "lib/lint/rules/security/clients.h"
#include "lib/lint/rules/security/security.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0513", "interception-exclusion", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "istio/istio.io#3222",
    "https://istio.io/latest/docs/ops/best-practices/security/"
    "#understand-traffic-capture-limitations"};

constexpr std::string_view kPorts = "traffic.sidecar.istio.io/excludeOutboundPorts";
constexpr std::string_view kExcluded = "traffic.sidecar.istio.io/excludeOutboundIPRanges";
constexpr std::string_view kIncluded = "traffic.sidecar.istio.io/includeOutboundIPRanges";
constexpr std::string_view kHelp =
    "remove it, and list the hosts that the pods need in ServiceEntries";

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Ports that clients dial and that are led to the gateway.
bool is_managed(const ClientNamespace& client, std::int64_t port) {
  return port == 443 || port == 80 ||
         std::any_of(client.paths.begin(), client.paths.end(),
                     [&](const GatewayPath* path) { return path->port == port; });
}

// Whether the range has addresses of the internet.
bool is_public(std::string_view text) {
  if (text == "*") return true;
  const auto range = IpRange::parse(text);
  return range && internal_kind(range->start()).empty();
}

bool is_everything(std::string_view text) {
  return text == "*" || text == "0.0.0.0/0" || text == "::/0";
}

// 0.0.0.0/0 starts with an address that is none of the internet.
bool excludes_public(std::string_view text) {
  return is_everything(text) || is_public(text);
}

void check_pod(const ClientNamespace& client, const mesh::Workload& pod, Diagnostics& out) {
  const resource::TextMap& annotations = *pod.annotations;
  if (const resource::Text* ports = annotations->find(kPorts))
    for (const std::string_view word : split(**ports, ',')) {
      const std::string_view number = trim(word);
      std::int64_t port = 0;
      std::from_chars(number.data(), number.data() + number.size(), port);
      if (number != "*" && !is_managed(client, port)) continue;
      out.report(kId, ports->range,
                 "port \"{}\" is taken out of the sidecar's hands: connections to it leave past "
                 "the egress gateway",
                 number)
          .help(std::string(kHelp));
      break;
    }
  if (const resource::Text* ranges = annotations->find(kExcluded))
    for (const std::string_view word : split(**ranges, ',')) {
      if (!excludes_public(trim(word))) continue;
      out.report(kId, ranges->range,
                 "range \"{}\" is taken out of the sidecar's hands: connections to it leave past "
                 "the egress gateway",
                 trim(word))
          .help(std::string(kHelp));
      break;
    }
  if (const resource::Text* ranges = annotations->find(kIncluded)) {
    const std::vector<std::string_view> words = split(**ranges, ',');
    if (std::none_of(words.begin(), words.end(),
                     [](std::string_view word) { return is_everything(trim(word)); }))
      out.report(kId, ranges->range,
                 "only \"{}\" goes through the sidecar; everything else leaves past the egress "
                 "gateway",
                 **ranges)
          .help(std::string(kHelp));
  }
}

void check(const Context& in, Diagnostics& out) {
  const Clients clients(in);
  for (const ClientNamespace& client : clients.all())
    for (const mesh::Workload* pod : client.pods) check_pod(client, *pod, out);
}

}  // namespace

const Rule kInterceptionExclusion{
    .info = {.id = kId,
             .summary = "an annotation that takes outbound traffic from the sidecar",
             .why = "The init container leaves the ports and ranges out of its redirection. Their "
                    "connections never see the proxy: no route to the gateway, no policy, no log.",
             .mend = "Remove the annotation and register the destinations with ServiceEntries.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
