// EGR0210 shadowing-destination-rule
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>

#include "lib/lint/rules/references/references.h"
#include "lib/lint/rules/references/subsets.h"
#include "lib/yaml/append.h"
#include "lib/yaml/edit.h"
#include "lib/yaml/emit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0210", "shadowing-destination-rule", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/ops/best-practices/traffic-management/"
    "#cross-namespace-configuration",
    "istio/istio#31025"};

using Told = std::set<std::pair<const mesh::Rule*, std::string_view>>;

// Copies a subset that is a name alone, as those of gateways are, to a rule for the very same host.
std::optional<Fix> copy_subset(const mesh::Rule& to, const mesh::Rule& from,
                               const std::string& name) {
  if (to.host != from.host) return std::nullopt;
  const auto& subsets = *from.rule->subsets;
  const auto found = std::find_if(subsets.begin(), subsets.end(),
                                  [&](const auto& subset) { return *subset->name == name; });
  if (found == subsets.end() || found->node->entries.size() != 1) return std::nullopt;
  const std::string item = fmt::format("{{name: {}}}", yaml::emit_string(name));
  const yaml::Node* spec = to.resource->node->find("spec");
  const auto edit = to.rule->subsets.present()
                        ? yaml::prepend_item(*to.rule->subsets.node, item)
                        : yaml::insert_entry(*spec, "subsets", fmt::format("[{}]", item));
  if (!edit) return std::nullopt;
  return Fix{.title = fmt::format("add subset \"{}\" to this rule, too", name),
             .safe = false,
             .edits = {*edit}};
}

void report(const Context& in, const Hop& hop, const SubsetVerdict& verdict, Told& told,
            Diagnostics& out) {
  const resource::Text& subset = hop.target->destination->subset;
  const mesh::Rule& winner = *verdict.winner;
  if (!told.insert({&winner, *subset}).second) return;
  const auto& subsets = winner.rule->subsets;
  auto finding = out.report(
      kId, subsets.present() ? subsets.key : winner.rule->host.range,
      "for sidecars of \"{}\" this rule comes before DestinationRule \"{}\" and lacks its "
      "subset \"{}\"",
      winner.name_space, in.mesh().qualified_name(*verdict.rule->resource), *subset);
  finding.field("spec.subsets")
      .related(verdict.rule->rule->subsets.key, "the rule that has the subset")
      .related(subset.range, "the route that needs it")
      .help("add the subset here, or take this rule out");
  if (auto fix = copy_subset(winner, *verdict.rule, *subset)) finding.fix(std::move(*fix));
}

// Whether a rule of the host's namespace or of the root namespace has the subset: only such a rule
// can be hidden from clients.
bool is_at_home(const Context& in, const std::string& host, const std::string& subset) {
  const mesh::Mesh& mesh = in.mesh();
  std::unordered_set<std::string_view> homes = {mesh.settings().root_namespace,
                                                cluster_name(mesh, host).name_space};
  for (const mesh::Service* service : mesh.registry().named(host))
    homes.insert(service->name_space);
  const auto having = in.rules().covering(host, subset);
  return std::any_of(having.begin(), having.end(),
                     [&](const mesh::Rule* rule) { return homes.contains(rule->name_space); });
}

void check(const Context& in, Diagnostics& out) {
  const Hops& hops = in.shared<Hops>();
  Told told;
  std::set<std::pair<std::string_view, std::string_view>> seen;  // hosts and subsets
  for (const Hop& hop : hops.all()) {
    const std::string& subset = *hop.target->destination->subset;
    const std::string& host = hop.target->host;
    if (subset.empty() || hop.client.empty()) continue;
    const SubsetVerdict verdict = judge_subset(in, hops, hop, hop.client);
    if (verdict.fault == SubsetFault::Shadowed) report(in, hop, verdict, told, out);
    if (hop.gateway != nullptr || !hop.service->visibility.everyone()) continue;
    if (!seen.emplace(host, subset).second || !is_at_home(in, host, subset)) continue;
    // Namespaces whose sidecars get the route, too, and that have rules of their own.
    for (const mesh::Rule* rule : in.mesh().rules().covering(host)) {
      if (rule->name_space == hop.client || !hops.has_clients(rule->name_space)) continue;
      const SubsetVerdict other = judge_subset(in, hops, hop, rule->name_space);
      if (other.fault == SubsetFault::Shadowed) report(in, hop, other, told, out);
    }
  }
}

}  // namespace

const Rule kShadowingDestinationRule{
    .info = {.id = kId,
             .summary = "a DestinationRule of a client's namespace that hides the gateway's",
             .why = "Nothing is merged across namespaces: where the client's namespace has a rule "
                    "for the host, be it for a wildcard, that of the gateway does not count. "
                    "Its subsets are gone, and requests from this one namespace get 503 with "
                    "response flag NC.",
             .mend = "Add the missing subsets to the local rule, or delete it.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
