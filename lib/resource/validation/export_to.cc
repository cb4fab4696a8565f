#include <algorithm>
#include <vector>

#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"
#include "lib/yaml/edit.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::string_view kHere = ".";
constexpr std::string_view kEverywhere = "*";
constexpr std::string_view kNowhere = "~";

struct Seen {
  std::string_view name_space;  // "." is the resource's own
  const Text* entry;
};

void report_twice(Report& report, const Texts& list, std::size_t index, const Text& first) {
  const Text& entry = (*list)[index];
  auto finding =
      report.error(kContradictoryExportTo, entry.range, "\"exportTo\" has \"{}\" twice{}", *entry,
                   *entry == *first ? "" : ": \".\" is the resource's own namespace");
  finding.related(first.range, "the first time");
  if (list.node == nullptr) return;
  if (auto edit = yaml::remove_item(*list.node, index))
    finding.fix({.title = "remove the second one", .safe = true, .edits = {*edit}});
}

bool check_entry(Report& report, const Text& entry, std::string_view name_space,
                 Exporter exporter) {
  if (*entry == kHere || name_space == kEverywhere) return true;
  if (name_space == kNowhere) {
    if (exporter == Exporter::ServiceEntry) return true;
    report
        .error(kInvalidExportTo, entry.range,
               "\"exportTo\" can't have \"~\" here: only a ServiceEntry may be exported to no one")
        .help("use \".\" for the own namespace alone");
    return false;
  }
  if (is_label(name_space)) return true;
  report
      .error(kInvalidExportTo, entry.range, "\"exportTo\" has \"{}\", which is no namespace",
             *entry)
      .help("use \".\", \"*\" or the name of a namespace");
  return false;
}

void check_rule_with_selector(Report& report, const Texts& list, const std::vector<Seen>& seen) {
  if (seen.empty()) return;
  const bool here = std::any_of(seen.begin(), seen.end(), [&](const Seen& each) {
    return each.name_space == report.name_space();
  });
  if (here && seen.size() == 1) return;
  report
      .error(kContradictoryExportTo, list.key,
             "a DestinationRule with \"workloadSelector\" holds in its own namespace, so "
             "\"exportTo\" can only be \".\"")
      .help("write [\".\"], or leave \"exportTo\" out");
}

}  // namespace

void check_export_to(Report& report, const Texts& export_to, Exporter exporter) {
  if (export_to->empty()) return;
  std::vector<Seen> seen;
  for (std::size_t i = 0; i < export_to->size(); ++i) {
    const Text& entry = (*export_to)[i];
    const std::string_view name_space = *entry == kHere ? report.name_space() : *entry;
    const auto same = std::find_if(seen.begin(), seen.end(),
                                   [&](const Seen& each) { return each.name_space == name_space; });
    if (same != seen.end())
      report_twice(report, export_to, i, *same->entry);
    else if (check_entry(report, entry, name_space, exporter))
      seen.push_back({name_space, &entry});
  }
  if (exporter == Exporter::RuleWithSelector) check_rule_with_selector(report, export_to, seen);
  if (export_to->size() == 1) return;
  for (const Seen& each : seen) {
    if (each.name_space != kEverywhere && each.name_space != kNowhere) continue;
    const bool all = each.name_space == kEverywhere;
    report
        .error(kContradictoryExportTo, each.entry->range,
               "\"exportTo\" has \"{}\" ({}) beside other entries", **each.entry,
               all ? "everyone" : "no one")
        .help(fmt::format("keep \"{}\" alone, or name the namespaces that are meant",
                          each.name_space));
  }
}

}  // namespace egressctl::resource::validation
