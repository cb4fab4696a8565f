// EGR0209 unseen-destination-rule
#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

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
    // What sidecars elsewhere do is theirs, but not what the gateway does.
    if (hop.gateway == nullptr && may_call(in, hops, rule->name_space, hop)) continue;
    return rule;
  }
  return nullptr;
}

// "a", "b" and "c", each once.
std::string each_once(std::initializer_list<std::string_view> names) {
  std::vector<std::string> out;
  for (const std::string_view name : names)
    if (std::string text = fmt::format("\"{}\"", name);
        std::find(out.begin(), out.end(), text) == out.end())
      out.push_back(std::move(text));
  if (out.size() == 1) return out.front();
  const std::string last = std::move(out.back());
  out.pop_back();
  return fmt::format("{} and {}", fmt::join(out, ", "), last);
}

void report(const Context& in, const Hop& hop, const mesh::Rule& rule, Diagnostics& out) {
  const std::string_view owner = owner_of(in.mesh(), hop.target->host, hop.client);
  const resource::Text& written = rule.resource->metadata.name_space;
  auto finding =
      out.report(kId, written.present() ? written.range : rule.resource->metadata.name.range,
                 "nobody looks in namespace \"{}\" for rules on \"{}\": {} look in {}",
                 rule.name_space, rule.host, hop.gateway != nullptr ? "gateways" : "sidecars",
                 each_once({hop.client, owner, in.mesh().settings().root_namespace}));
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
    if (rule != nullptr && told.insert(rule).second) report(in, hop, *rule, out);
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
    .check = check};

}  // namespace egressctl::lint::rules
