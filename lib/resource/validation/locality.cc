#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/text.h"
#include "lib/resource/validation/rules.h"
#include "lib/resource/validation/traffic.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::string_view kTopologyLabels[] = {
    "topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"};

bool is_topology_label(std::string_view text) {
  return std::find(std::begin(kTopologyLabels), std::end(kTopologyLabels), text) !=
         std::end(kTopologyLabels);
}

// Localities that were met so far, as their parts.
class Localities {
 public:
  explicit Localities(Report& report) : report_(report) {}

  // Returns false after the first mistake, behind which Istio looks no further.
  bool add(std::string_view locality, SourceRange range) {
    const auto stars = std::count(locality.begin(), locality.end(), '*');
    if (stars > 1 || (stars == 1 && !locality.ends_with('*')))
      return refuse(range, locality, "has a \"*\" that is not its end");
    std::vector<std::string_view> parts = split_parts(locality);
    if (std::any_of(parts.begin(), parts.end(), [](std::string_view p) { return p.empty(); }))
      return refuse(range, locality, "has an empty part, expected \"region/zone/sub-zone\"");
    for (const Known& known : known_)
      if (overlap(known.parts, parts)) {
        report_
            .error(kInvalidLocality, range, "locality \"{}\" overlaps with \"{}\"", locality,
                   known.text)
            .related(known.range, "the other one");
        return false;
      }
    known_.push_back({locality, std::move(parts), range});
    return true;
  }

 private:
  struct Known {
    std::string_view text;
    std::vector<std::string_view> parts;
    SourceRange range;
  };

  // At most three: what is behind the second slash belongs to the sub-zone.
  static std::vector<std::string_view> split_parts(std::string_view text) {
    std::vector<std::string_view> parts;
    while (parts.size() < 2 && text.find('/') != std::string_view::npos) {
      parts.push_back(text.substr(0, text.find('/')));
      text.remove_prefix(text.find('/') + 1);
    }
    parts.push_back(text);
    return parts;
  }

  // "*" as a part stands for the rest. A later "*" is only a part of that name to Istio: it looks
  // for what earlier localities cover.
  static bool overlap(const std::vector<std::string_view>& earlier,
                      const std::vector<std::string_view>& later) {
    for (std::size_t i = 0;; ++i) {
      if (i == earlier.size()) return true;
      if (earlier[i] == "*") return true;
      if (i == later.size()) return true;
      if (earlier[i] != later[i]) return false;
    }
  }

  bool refuse(SourceRange range, std::string_view locality, std::string_view what) {
    report_.error(kInvalidLocality, range, "locality \"{}\" {}", locality, what);
    return false;
  }

  Report& report_;
  std::vector<Known> known_;
};

// Returns false after a mistake that makes Istio look no further.
bool check_shares(Report& report, const Positioned<LocalityDistribute>& each) {
  std::int64_t total = 0;
  for (const auto& [name, share] : *each->to) {
    if (*share <= 0 || *share > 100) {
      report.error(kInvalidLocality, share.range,
                   "the share of locality \"{}\" is {}, expected 1 to 100", name, *share);
      return false;
    }
    total += *share;
  }
  if (total == 100) return true;
  report.missing(kInvalidLocality, each, each->to, "to",
                 "the shares of locality \"{}\" are {} together, expected 100", *each->from, total);
  return false;
}

template <typename Setting>
void check_failover(Report& report, const Setting& setting, bool has_outlier_detection) {
  if ((!setting.failover->empty() || !setting.failover_priority->empty()) && !has_outlier_detection)
    report
        .warning(kInvalidLocality,
                 setting.failover->empty() ? setting.failover_priority.key : setting.failover.key,
                 "without \"outlierDetection\" no endpoint is ever taken for unhealthy, so that "
                 "nothing fails over")
        .help("add \"outlierDetection\" to the same policy");
  for (const Positioned<LocalityFailover>& failover : *setting.failover) {
    const Text& from = failover->from;
    const Text& to = failover->to;
    const SourceRange range = to.present() ? to.range : failover.range;
    if (*from == *to)
      report.error(kInvalidLocality, range, "region \"{}\" fails over to itself", *from);
    for (const Text* region : {&from, &to})
      if (region->value.find_first_of("/*") != std::string::npos)
        report.error(kInvalidLocality, region->range,
                     "\"{}\" is no region: zones and \"*\" can't be given here", **region);
  }
}

}  // namespace

void check_locality_setting(Report& report, const Positioned<LocalitySetting>& setting,
                            bool has_outlier_detection) {
  if (!setting.present()) return;
  if (!setting->distribute->empty() && !setting->failover->empty()) {
    report
        .error(kInvalidLocality, setting->failover.key,
               "\"distribute\" and \"failover\" exclude each other")
        .related(setting->distribute.key, "the other one");
    return;
  }
  if (!setting->failover->empty())
    for (const Text& label : *setting->failover_priority)
      if (is_topology_label(*label)) {
        report.error(kInvalidLocality, label.range,
                     "\"failoverPriority\" can't have the topology label \"{}\" beside "
                     "\"failover\"",
                     *label);
        return;
      }
  Localities sources(report);
  for (const Positioned<LocalityDistribute>& each : *setting->distribute) {
    if (!check_shares(report, each)) return;
    Localities targets(report);
    for (const auto& [name, share] : *each->to)
      if (!targets.add(name, share.key)) break;
  }
  for (const Positioned<LocalityDistribute>& each : *setting->distribute)
    if (!sources.add(*each->from, each->from.present() ? each->from.range : each.range)) break;
  check_failover(report, *setting, has_outlier_detection);
}

void check_zone_aware_setting(Report& report, const Positioned<ZoneAwareSetting>& setting,
                              bool has_outlier_detection) {
  if (!setting.present()) return;
  for (const Text& label : *setting->failover_priority)
    if (is_topology_label(*label))
      report.error(kInvalidLocality, label.range,
                   "\"failoverPriority\" can't have the topology label \"{}\": zones and regions "
                   "are ordered by themselves",
                   *label);
  check_failover(report, *setting, has_outlier_detection);
}

}  // namespace egressctl::resource::validation
