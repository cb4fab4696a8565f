// EGR0201 missing-subset
#include <string>
#include <unordered_set>
#include <vector>

#include "lib/base/text.h"
#include "lib/lint/rules/references/istioctl_subsets.h"
#include "lib/lint/rules/references/references.h"
#include "lib/lint/rules/references/short_names.h"
#include "lib/lint/rules/references/subsets.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0201", "missing-subset", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/destination-rule/#Subset",
    "istio/istio#31925", "istio/istio#31025", "istio/istio#48300"};

std::string who(const Hop& hop) {
  if (hop.gateway != nullptr) return fmt::format("gateway \"{}\"", hop.gateway->name);
  if (hop.client.empty()) return "the proxies";
  return fmt::format("sidecars of \"{}\"", hop.client);
}

// Names what the rule has instead, and offers the name that was most likely meant.
void compare(const Context& in, const resource::Text& subset, const mesh::Rule& rule,
             Diagnostics::Builder finding) {
  std::vector<std::string_view> names;
  for (const auto& candidate : *rule.rule->subsets) names.push_back(*candidate->name);
  finding.related(rule.rule->host.range, fmt::format("DestinationRule \"{}\" for this host",
                                                     in.mesh().qualified_name(*rule.resource)));
  const auto near = nearest(*subset, names);
  if (!near.has_value()) return;
  const auto edit = yaml::replace_string(*subset.node, *near);
  if (edit.has_value())
    finding.fix({.title = fmt::format("name the subset \"{}\"", *near), .edits = {*edit}});
}

// "host subset" of the rules whose short host stands for another Service than the one meant, which
// another rule tells.
std::unordered_set<std::string> misnamed_subsets(const mesh::Mesh& mesh) {
  std::unordered_set<std::string> out;
  for (const mesh::Rule& rule : mesh.rules().all()) {
    if (rule.rule->subsets->empty()) continue;
    const MeantService meant = meant_service(mesh, *rule.rule->host, rule.name_space);
    for (const mesh::Service* service : meant.services)
      for (const auto& subset : *rule.rule->subsets)
        out.insert(fmt::format("{} {}", service->host, *subset->name));
  }
  return out;
}

// Whether `istioctl analyze` finds the subset that the VirtualService's destination names.
bool istioctl_finds(const Context& in, const mesh::VirtualService& service,
                    const resource::Destination& destination) {
  return in.shared<IstioctlSubsets>().has(service.name_space, *destination.host,
                                          *destination.subset);
}

void report_unknown(const mesh::RouteTarget& target, Diagnostics& out) {
  const resource::Text& subset = target.destination->subset;
  out.report(kId, subset.range,
             "subset \"{}\" of \"{}\": nothing in the input defines it, nor the host", *subset,
             target.host)
      .severity(Severity::Info)
      .help("lint it together with the DestinationRule for the host")
      .alias("IST0101");
}

// Routes that no proxy takes, which other rules tell: what they lead to is looked for all the same.
void check_unused(const Context& in, const std::unordered_set<const resource::Destination*>& used,
                  Diagnostics& out) {
  for (const mesh::VirtualService& service : in.mesh().routes())
    for (const mesh::Route& route : service.routes)
      for (const mesh::RouteTarget& target : route.targets) {
        const resource::Text& subset = target.destination->subset;
        if (subset->empty() || used.contains(target.destination) ||
            !in.rules().covering(target.host, *subset).empty())
          continue;
        if (in.mesh().rules().covering(target.host).empty() &&
            in.mesh().registry().named(target.host).empty()) {
          report_unknown(target, out);
          continue;
        }
        out.report(kId, subset.range, "no DestinationRule for \"{}\" has subset \"{}\"",
                   target.host, *subset)
            .severity(Severity::Warning)
            .help("write a DestinationRule for the host that has the subset, or take it out here")
            .alias("IST0101");
      }
}

// Subsets that proxies find, or another rule tells of, where istioctl sees no DestinationRule.
void check_spelling(const Context& in, const std::unordered_set<const resource::Destination*>& told,
                    Diagnostics& out) {
  std::unordered_set<const resource::Destination*> seen = told;
  for (const Hop& hop : in.shared<Hops>().all()) {
    const resource::Destination& destination = *hop.target->destination;
    if (destination.subset->empty() || !seen.insert(&destination).second ||
        istioctl_finds(in, *hop.service, destination))
      continue;
    out.report(kId, destination.subset.range,
               "istioctl knows no DestinationRule for \"{}\" with subset \"{}\": it looks for that "
               "very host, in namespace \"{}\" where it is no full name of a Service",
               *destination.host, *destination.subset, hop.service->name_space)
        .severity(Severity::Info)
        .help("write the same full host name here and in the DestinationRule")
        .alias("IST0101");
  }
}

void check(const Context& in, Diagnostics& out) {
  const Hops& hops = in.shared<Hops>();
  const auto misnamed = misnamed_subsets(in.mesh());
  std::unordered_set<const resource::Destination*> told;
  std::unordered_set<const resource::Destination*> used;
  for (const Hop& hop : hops.all()) {
    used.insert(hop.target->destination);
    const resource::Text& subset = hop.target->destination->subset;
    if (subset->empty()) continue;
    const SubsetVerdict verdict = judge_subset(in, hops, hop, hop.client);
    if (verdict.fault != SubsetFault::Missing && verdict.fault != SubsetFault::Unknown) continue;
    if (misnamed.contains(fmt::format("{} {}", hop.target->host, *subset))) continue;
    if (!told.insert(hop.target->destination).second) continue;
    if (verdict.fault == SubsetFault::Unknown) {
      report_unknown(*hop.target, out);
      continue;
    }
    auto finding = out.report(kId, subset.range,
                              "no DestinationRule that {} look up for \"{}\" has subset \"{}\"",
                              who(hop), hop.target->host, *subset);
    if (verdict.rule != nullptr) {
      finding.help(fmt::format("add the subset to DestinationRule \"{}\", or take it out here",
                               in.mesh().qualified_name(*verdict.rule->resource)));
      compare(in, subset, *verdict.rule, finding);
    } else {
      finding.help("write a DestinationRule for the host that has the subset, or take it out here");
    }
    if (!istioctl_finds(in, *hop.service, *hop.target->destination)) finding.alias("IST0101");
  }
  check_unused(in, used, out);
  check_spelling(in, told, out);
}

}  // namespace

const Rule kMissingSubset{
    .info = {.id = kId,
             .summary = "a route to a subset that the DestinationRule in force does not have",
             .why = "There is no cluster for the subset. HTTP requests get 503 with response flag "
                    "NC, TLS and TCP connections are closed. A proxy looks for DestinationRules in "
                    "its own namespace, then in that of the destination, then in the root "
                    "namespace, and takes those of the first that has any for the host.",
             .mend = "Add the subset to that DestinationRule (a gateway's needs no labels), or "
                     "leave `subset` out of the route.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
