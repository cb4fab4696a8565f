// EGR0331 subset-twice
#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "lib/lint/context.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/topology/order.h"
#include "lib/yaml/compare.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0331", "subset-twice", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services",
    "https://istio.io/latest/docs/reference/config/networking/destination-rule/#Subset"};

using mesh::Rule;
using Subset = resource::Positioned<resource::Subset>;

// Where a subset's name stands first.
struct First {
  const Rule* rule = nullptr;
  const Subset* subset = nullptr;
};

bool same_part(const yaml::Node* a, const yaml::Node* b) {
  return a == nullptr || b == nullptr ? a == b : yaml::same_tree(*a, *b);
}

bool same_subset(const Subset& a, const Subset& b) {
  return same_part(a->labels.node, b->labels.node) &&
         same_part(a->traffic_policy.node, b->traffic_policy.node);
}

// "host subset" of all destinations.
std::unordered_set<std::string> used_subsets(const mesh::Mesh& mesh) {
  std::unordered_set<std::string> out;
  for (const mesh::VirtualService& service : mesh.routes())
    for (const mesh::Route& route : service.routes)
      for (const mesh::RouteTarget& target : route.targets)
        if (!target.destination->subset->empty())
          out.insert(fmt::format("{} {}", target.host, *target.destination->subset));
  return out;
}

// The rules in the order in which istiod merges them.
std::vector<const Rule*> in_order(const mesh::Mesh& mesh) {
  std::unordered_map<const resource::Resource*, const Rule*> rules;
  for (const Rule& rule : mesh.rules().all()) rules[rule.resource] = &rule;
  std::vector<const Rule*> out;
  for (const auto* resource : topology::by_age(mesh, resource::Kind::DestinationRule))
    if (const auto found = rules.find(resource); found != rules.end()) out.push_back(found->second);
  return out;
}

void report(const First& first, const Rule& rule, const Subset& subset, bool used,
            Diagnostics& out) {
  auto finding =
      out.report(kId, subset->name.range,
                 "DestinationRule \"{}\" for the same host has a subset \"{}\", too, which says "
                 "something else: istiod keeps the older of the two",
                 *first.rule->resource->metadata.name, *subset->name);
  finding.related((*first.subset)->name.range, "the other subset")
      .help(fmt::format("give this one a name of its own, here and in the routes to \"{}\" that "
                        "mean it",
                        rule.host));
  if (!used) finding.severity(Severity::Warning);
}

void check(const Context& in, Diagnostics& out) {
  const auto used = used_subsets(in.mesh());
  // "namespace host subset", of rules that everyone who sees the one also sees the other of.
  std::unordered_map<std::string, First> first;
  for (const Rule* rule : in_order(in.mesh())) {
    if (rule->rule->workload_selector.present()) continue;
    for (const Subset& subset : *rule->rule->subsets) {
      if (subset->name->empty()) continue;
      const auto [known, added] =
          first.try_emplace(fmt::format("{} {} {}", rule->name_space, rule->host, *subset->name),
                            First{rule, &subset});
      const First& older = known->second;
      if (added || older.rule == rule || same_subset(*older.subset, subset) ||
          !older.rule->visibility.overlaps(rule->visibility))
        continue;
      report(older, *rule, subset, used.contains(fmt::format("{} {}", rule->host, *subset->name)),
             out);
    }
  }
}

}  // namespace

const lint::Rule kSubsetTwice{
    .info = {.id = kId,
             .summary = "two DestinationRules for one host that define one subset differently",
             .why = "istiod merges the rules of a namespace for one host, and of two subsets with "
                    "one name the older stays. The other destination gets the wrong outer SNI, "
                    "which ends in a reset or in another host's chain.",
             .mend = "Name the subset after its destination, a name for each.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
