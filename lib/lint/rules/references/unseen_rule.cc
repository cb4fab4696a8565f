// EGR0209 unseen-destination-rule
#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "lib/base/quoted_list.h"
#include "lib/lint/rules/references/references.h"
#include "lib/lint/rules/references/subsets.h"
#include "lib/mesh/host.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0209", "unseen-destination-rule", Severity::Error};
constexpr std::string_view kLookupOrder =
    "https://istio.io/latest/docs/ops/best-practices/traffic-management/"
    "#cross-namespace-configuration";
constexpr std::string_view kReferences[] = {kLookupOrder, "istio/istio#15556", "istio/istio#42570",
                                            "istio/istio#13504", "istio/istio.io#14820"};

// Whether sidecars of a namespace connect to the host itself, for which they look in their own
// namespace first: no VirtualService takes it from them, or one that does leads there.
bool is_dialled_from(const Context& in, const Hops& hops, std::string_view name_space,
                     const std::string& host) {
  if (!hops.has_clients(name_space) || in.mesh().registry().find(host, name_space) == nullptr)
    return false;
  bool taken = false;
  for (const std::string& pattern : mesh::covering_patterns(host))
    for (const mesh::VirtualService* service : in.mesh().routes_of(pattern)) {
      if (!service->binds("mesh") || !service->visibility.visible_in(name_space)) continue;
      for (const mesh::Route& route : service->routes) {
        if (!mesh::applies_at(*service, route, "mesh")) continue;
        taken = true;
        if (std::any_of(route.targets.begin(), route.targets.end(),
                        [&](const mesh::RouteTarget& target) { return target.host == host; }))
          return true;
      }
    }
  return !taken;
}

// A rule for the destination that nobody looks up, though it sets TLS and no other rule does.
const mesh::Rule* unseen(const Context& in, const Hops& hops, const Hop& hop) {
  if (hop.client.empty()) return nullptr;
  // Where only gateways run, who calls is not known.
  if (hop.gateway == nullptr && hops.is_gateways_only(hop.client)) return nullptr;
  const std::string& host = hop.target->host;
  const std::string_view owner = owner_of(in.mesh(), host, hop.client);
  if (owner.empty() || in.rules().first(hop.client, host, owner) != nullptr) return nullptr;
  for (const mesh::Rule* rule : in.mesh().rules().covering(host)) {
    const bool elsewhere = rule->name_space != hop.client && rule->name_space != owner &&
                           rule->name_space != in.mesh().settings().root_namespace;
    if (!elsewhere || mesh::is_pattern(rule->host) || !sets_tls(*rule)) continue;
    // What sidecars elsewhere do is theirs, whatever the gateway lacks.
    if (hop.gateway == nullptr ? may_call(in, hops, rule->name_space, hop)
                               : is_dialled_from(in, hops, rule->name_space, host))
      continue;
    return rule;
  }
  return nullptr;
}

// Whether the gateway has pods beside the rule, which look there first, whatever those elsewhere
// do.
bool runs_beside(const Hop& hop, const mesh::Rule& rule) {
  if (hop.gateway == nullptr) return false;
  const auto& places = hop.gateway->namespaces;
  return std::find(places.begin(), places.end(), rule.name_space) != places.end();
}

// Where proxies look, each place once.
std::string listing(const Hop& hop, std::string_view owner, std::string_view root) {
  std::vector<std::string_view> out;
  for (const std::string_view place : {hop.client, owner, root})
    if (std::find(out.begin(), out.end(), place) == out.end()) out.push_back(place);
  return quoted_list(out);
}

void report(const Context& in, const Hop& hop, const mesh::Rule& rule, Diagnostics& out) {
  const std::string_view owner = owner_of(in.mesh(), hop.target->host, hop.client);
  const resource::Text& written = rule.resource->metadata.name_space;
  auto finding =
      out.report(kId, written.present() ? written.range : rule.resource->metadata.name.range,
                 "nobody looks in namespace \"{}\" for rules on \"{}\": {} look in {}",
                 rule.name_space, rule.host, hop.gateway != nullptr ? "gateways" : "sidecars",
                 listing(hop, owner, in.mesh().settings().root_namespace));
  finding.field("metadata.namespace")
      .related(hop.target->destination->host.range, "the route whose destination it is for");
  finding.help(fmt::format("move it to namespace \"{}\"", owner));
  if (!written.present()) return;
  const auto edit = yaml::replace_string(*written.node, owner);
  if (edit.has_value())
    finding.fix({.title = fmt::format("move it to namespace \"{}\"", owner), .edits = {*edit}});
}

void check(const Context& in, Diagnostics& out) {
  const Hops& hops = in.shared<Hops>();
  std::unordered_set<const mesh::Rule*> told;
  for (const Hop& hop : hops.all()) {
    const SubsetVerdict verdict = judge_subset(in, hops, hop, hop.client);
    const mesh::Rule* rule = verdict.fault == SubsetFault::ThirdNamespace ? verdict.rule
                             : hop.target->destination->subset->empty()   ? unseen(in, hops, hop)
                                                                          : nullptr;
    if (rule == nullptr || runs_beside(hop, *rule)) continue;
    if (told.insert(rule).second) report(in, hop, *rule, out);
  }
}

}  // namespace

const Rule kUnseenDestinationRule{
    .info = {.id = kId,
             .summary = "a DestinationRule in a namespace where no proxy looks for it",
             .why = "A proxy takes the rules of its own namespace, else those of the destination's "
                    "namespace, else those of the root namespace. Rules of any other do not count: "
                    "subsets are missing (response flag NC), and a port that expects mutual TLS "
                    "gets plain text (UF). For TLS that the gateway originates, its own pods' "
                    "namespace is the first.",
             .mend = "Move it to the namespace of the destination's Service or ServiceEntry, or "
                     "copy it to each client's.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
