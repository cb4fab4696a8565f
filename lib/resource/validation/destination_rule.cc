#include <map>
#include <string_view>

#include "lib/resource/validation/kinds.h"
#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"
#include "lib/resource/validation/traffic.h"

namespace egressctl::resource::validation {
namespace {

void check_subset(Report& report, const Positioned<Subset>& subset) {
  const Text& name = subset->name;
  if (name->empty())
    report.missing(kInvalidSubset, subset, name, "name", "the subset has no name");
  else if (!is_label(*name))
    report.error(kInvalidSubset, name.range,
                 "subset \"{}\" is not made of letters, digits and inner \"-\", at most 63", *name);
  check_labels(report, subset->labels);
  const Report::Lost lost(report, Report::What::Warnings);
  check_traffic_policy(report, subset->traffic_policy);
}

}  // namespace

void check(Report& report, const DestinationRule& rule) {
  if (rule.host->empty()) {
    report.missing(kInvalidHost, rule.host, "host", "the DestinationRule has no host");
  } else {
    check_wildcard_host(report, rule.host);
    check_spelling(report, rule.host);
  }
  check_traffic_policy(report, rule.traffic_policy);
  std::map<std::string_view, const Text*> names;
  for (const Positioned<Subset>& subset : *rule.subsets) {
    if (!subset.node->is_mapping()) continue;
    const auto [first, is_new] = names.emplace(*subset->name, &subset->name);
    if (!is_new && !subset->name->empty())
      report
          .error(kInvalidSubset, subset->name.range, "there are two subsets called \"{}\"",
                 *subset->name)
          .related(first->second->range, "the first one");
    check_subset(report, subset);
  }
  check_export_to(report, rule.export_to,
                  rule.workload_selector.present() ? Exporter::RuleWithSelector : Exporter::Other);
  check_selector(report, rule.workload_selector);
}

}  // namespace egressctl::resource::validation
