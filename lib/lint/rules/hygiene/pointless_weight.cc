// EGR0805 pointless-weight
#include <algorithm>

#include "lib/lint/context.h"
#include "lib/lint/rules/hygiene/hygiene.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

using resource::RouteDestination;

constexpr RuleId kId{"EGR0805", "pointless-weight", Severity::Info};
constexpr resource::Kind kReads[] = {resource::Kind::VirtualService};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/virtual-service/"
    "#HTTPRouteDestination"};

// Weights up to here are written as ratios, 1 to 3, and not as percentages.
constexpr std::int64_t kRatio = 10;

void check_single(const resource::Positioned<RouteDestination>& only, Diagnostics& out) {
  const resource::Number& weight = only->weight;
  if (!weight.present() || *weight == 0 || *weight == 100) return;
  auto finding = out.report(kId, weight.range,
                            "the only destination of a route takes all of it, whatever its weight; "
                            "this says {}",
                            *weight);
  finding.help("remove the weight, or add the destination that takes the rest");
  if (only.node == nullptr) return;
  if (const auto edit = yaml::remove_entry(*only.node, "weight"))
    finding.fix({.title = "remove the weight", .safe = true, .edits = {*edit}});
}

void check_list(const resource::List<RouteDestination>& destinations, Diagnostics& out) {
  if (destinations->size() == 1) return check_single(destinations->front(), out);
  std::int64_t total = 0;
  bool percentages = false;
  for (const auto& destination : *destinations) {
    const resource::Number& weight = destination->weight;
    // Validation speaks of those that can't be.
    if (weight.present() && (*weight < 0 || *weight > 1'000'000)) return;
    total += *weight;
    percentages = percentages || *weight > kRatio;
  }
  if (!percentages || total == 100 || total == 0) return;
  const auto first = std::find_if(destinations->begin(), destinations->end(),
                                  [](const auto& one) { return one->weight.present(); });
  out.report(kId, (*first)->weight.range,
             "the weights add up to {}, not to 100: each destination gets its share of {}", total,
             total)
      .help("write percentages that add up to 100");
}

void check(const Context&, const resource::Resource& resource, Diagnostics& out) {
  const auto& service = *resource.as<resource::VirtualService>();
  for (const auto& route : *service.http) check_list(route->route, out);
  for (const auto& route : *service.tls) check_list(route->route, out);
  for (const auto& route : *service.tcp) check_list(route->route, out);
}

}  // namespace

const Rule kPointlessWeight{
    .info = {.id = kId,
             .summary = "weights that do not say what happens",
             .why = "Weights are proportions: a lone destination gets everything, and 80 beside 10 "
                    "is 89 %.",
             .mend = "Remove the weight of a lone destination; let several add up to 100.",
             .references = kReferences},
    .check_one = check,
    .reads = kReads};

}  // namespace egressctl::lint::rules
