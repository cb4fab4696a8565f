// EGR0513 interception-exclusion
#include <algorithm>

#include "lib/lint/rules/security/clients.h"
#include "lib/lint/rules/security/security.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0513", "interception-exclusion", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "istio/istio.io#3222",
    "https://istio.io/latest/docs/ops/best-practices/security/"
    "#understand-traffic-capture-limitations"};

constexpr std::string_view kHelp =
    "remove it, and list the hosts that the pods need in ServiceEntries";

// Ports that clients dial and that are led to the gateway.
bool is_managed(const ClientNamespace& client, std::int64_t port) {
  return port == 443 || port == 80 ||
         std::any_of(client.paths.begin(), client.paths.end(),
                     [&](const GatewayPath* path) { return path->port == port; });
}

// Takes the annotation out.
void offer_removal(const mesh::Exclusion& one, const mesh::Workload& pod,
                   Diagnostics::Builder finding) {
  const resource::TextMap& annotations = *pod.annotations;
  if (annotations.node == nullptr) return;
  for (const auto& named : *annotations)
    if (&named.entry == one.annotation)
      if (const auto edit = yaml::remove_entry(*annotations.node, named.name))
        finding.fix({.title = "remove the annotation", .safe = false, .edits = {*edit}});
}

void report(const mesh::Exclusion& one, const mesh::Workload& pod, Diagnostics& out) {
  using Kind = mesh::Exclusion::Kind;
  if (one.kind == Kind::User) {
    out.report(kId, one.range, "{}: they leave past the egress gateway", mesh::describe(one))
        .help("let it run as another user, and list the hosts that it needs in ServiceEntries");
    return;
  }
  if (one.kind == Kind::NotIncluded) {
    auto finding =
        out.report(kId, one.range,
                   "only \"{}\" goes through the sidecar; everything else leaves past the egress "
                   "gateway",
                   one.word);
    finding.help(std::string(kHelp));
    offer_removal(one, pod, finding);
    return;
  }
  if (one.kind != Kind::Port && one.kind != Kind::Range) {
    auto finding =
        out.report(kId, one.range, "{}: they leave past the egress gateway", mesh::describe(one));
    finding.help(std::string(kHelp));
    offer_removal(one, pod, finding);
    return;
  }
  auto finding =
      out.report(kId, one.range,
                 "{} \"{}\" is taken out of the sidecar's hands: connections to it leave past the "
                 "egress gateway",
                 one.kind == Kind::Port ? "port" : "range", one.word);
  finding.help(std::string(kHelp));
  offer_removal(one, pod, finding);
}

// The first of each kind: they stand at the same place.
void check_pod(const ClientNamespace& client, const mesh::Workload& pod, Diagnostics& out) {
  const mesh::Exclusion* last = nullptr;
  const std::vector<mesh::Exclusion> found = mesh::exclusions_of(pod);
  for (const mesh::Exclusion& one : found) {
    if (last != nullptr && last->kind == one.kind) continue;
    if (one.port && !is_managed(client, *one.port)) continue;
    report(one, pod, out);
    last = &one;
  }
}

void check(const Context& in, Diagnostics& out) {
  const Clients& clients = in.shared<Clients>();
  for (const ClientNamespace& client : clients.all())
    for (const mesh::Workload* pod : client.pods) check_pod(client, *pod, out);
}

}  // namespace

const Rule kInterceptionExclusion{
    .info = {.id = kId,
             .summary = "an annotation, or the user that a container runs as, that takes outbound "
                        "traffic from the sidecar",
             .why =
                 "The init container leaves the ports and ranges out of its redirection, and all "
                 "that user and group 1337 send, as which the proxy runs. Their connections "
                 "never see the proxy: no route to the gateway, no policy, no log.",
             .mend =
                 "Remove the annotation, or let the container run as another user, and register "
                 "the destinations with ServiceEntries.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
