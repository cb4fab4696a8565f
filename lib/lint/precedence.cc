#include "lib/lint/precedence.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace egressctl::lint {
namespace {

struct Precedence {
  std::string_view cause;
  std::vector<std::string_view> consequences;
};

// A misspelt field is also a missing one; a route that names a wrong gateway has no effect there;
// a rule that is never looked up lacks all that it says.
const std::vector<Precedence>& precedences() {
  static const std::vector<Precedence> kTable = {
      {"EGR0104", {"EGR0301", "EGR0303"}},
      {"EGR0109", {"EGR0308"}},
      {"EGR0114", {"EGR0121", "EGR0107", "EGR0105", "EGR0404", "EGR0405", "EGR0402", "EGR0171"}},
      {"EGR0139", {"EGR0202"}},
      {"EGR0143", {"EGR0805"}},
      {"EGR0201", {"EGR0802"}},
      {"EGR0202", {"EGR0301", "EGR0302", "EGR0303", "EGR0804"}},
      {"EGR0203", {"EGR0301", "EGR0302", "EGR0303", "EGR0304", "EGR0802"}},
      {"EGR0204", {"EGR0303", "EGR0214"}},
      {"EGR0208", {"EGR0201", "EGR0205", "EGR0207", "EGR0303"}},
      {"EGR0209", {"EGR0201", "EGR0402", "EGR0404", "EGR0405"}},
      {"EGR0210", {"EGR0201", "EGR0402", "EGR0404", "EGR0405", "EGR0802"}},
      {"EGR0211", {"EGR0303", "EGR0402", "EGR0404", "EGR0405"}},
      {"EGR0214", {"EGR0303", "EGR0314"}},
      {"EGR0302", {"EGR0303", "EGR0404", "EGR0802"}},
      {"EGR0304", {"EGR0309"}},
      {"EGR0306", {"EGR0303", "EGR0405"}},
      {"EGR0307", {"EGR0316"}},
      {"EGR0308", {"EGR0169"}},
      {"EGR0314", {"EGR0303"}},
      {"EGR0316", {"EGR0303"}},
      {"EGR0331", {"EGR0402", "EGR0404"}},
      {"EGR0410", {"EGR0402", "EGR0404", "EGR0405"}},
      {"EGR0512", {"EGR0522"}},
      {"EGR0517", {"EGR0308"}},
      {"EGR0602", {"EGR0177", "EGR0212"}},
  };
  return kTable;
}

constexpr std::string_view kCrdRule = "EGR0123";

// What validation says of a value that has the wrong type, or is not there, follows from that.
constexpr std::string_view kWrongType = "EGR0119";

// What schemas say in general; another rule's finding at the same place says it better.
constexpr std::string_view kGeneral[] = {"EGR0120", "EGR0121", "EGR0122", kCrdRule};

bool is_general(const Diagnostic& finding) {
  return std::find(std::begin(kGeneral), std::end(kGeneral), finding.rule.id) != std::end(kGeneral);
}

// The field that a finding is about, of its resource or, without one, where it starts.
using Place = std::tuple<const resource::Resource*, const Source*, std::uint32_t, std::string>;
using Places = std::set<Place>;

Place place_of(const Diagnostic& finding, const Workspace& workspace) {
  const resource::Resource* resource =
      finding.field.empty() ? nullptr : workspace.at(finding.range);
  return {resource, finding.range.source, resource != nullptr ? 0 : finding.range.begin,
          finding.field};
}

// The places of errors that are not general.
Places places_of_others(const Diagnostics& findings, const Workspace& workspace) {
  Places out;
  for (const Diagnostic& finding : findings)
    if (finding.severity == Severity::Error && !is_general(finding))
      out.insert(place_of(finding, workspace));
  return out;
}

// The places of values of the wrong type.
Places places_of_wrong_types(const Diagnostics& findings, const Workspace& workspace) {
  Places out;
  for (const Diagnostic& finding : findings)
    if (finding.rule.id == kWrongType) out.insert(place_of(finding, workspace));
  return out;
}

// The fields that errors are about which are not general, by resource.
using Fields = std::unordered_map<const resource::Resource*, std::vector<std::string_view>>;

Fields fields_of_others(const Diagnostics& findings, const Workspace& workspace) {
  Fields out;
  for (const Diagnostic& finding : findings)
    if (finding.severity == Severity::Error && !is_general(finding))
      out[workspace.at(finding.range)].push_back(finding.field);
  return out;
}

// Whether an error of another rule is about a part of what a CRD's rule speaks of.
bool said_better(const Diagnostic& finding, const Fields& others, const Workspace& workspace) {
  const auto found = others.find(workspace.at(finding.range));
  return found != others.end() &&
         std::any_of(found->second.begin(), found->second.end(),
                     [&](std::string_view field) { return field.starts_with(finding.field); });
}

using Resources = std::unordered_set<const resource::Resource*>;

Resources named_by(const Diagnostic& finding, const Workspace& workspace) {
  Resources out;
  if (const auto* own = workspace.at(finding.range)) out.insert(own);
  for (const RelatedRange& related : finding.related)
    if (const auto* other = workspace.at(related.range)) out.insert(other);
  return out;
}

}  // namespace

Diagnostics without_consequences(const Diagnostics& findings, const Workspace& workspace) {
  const Places places = places_of_others(findings, workspace);
  const Places wrong_types = places_of_wrong_types(findings, workspace);
  const Fields fields = fields_of_others(findings, workspace);
  // Rule -> the resources of which it is hidden, with the finding that hides it.
  std::unordered_map<std::string_view, std::unordered_map<const resource::Resource*, std::size_t>>
      hidden;
  for (std::size_t i = 0; i < findings.size(); ++i)
    for (const Precedence& entry : precedences())
      if (entry.cause == findings[i].rule.id)
        for (const auto* named : named_by(findings[i], workspace))
          for (const std::string_view consequence : entry.consequences)
            hidden[consequence].try_emplace(named, i);

  std::vector<bool> kept(findings.size(), true);
  std::vector<std::size_t> cause_of(findings.size(), findings.size());
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Diagnostic& finding = findings[i];
    const Place place = place_of(finding, workspace);
    if (is_general(finding) && places.contains(place)) kept[i] = false;
    if (finding.rule.id != kWrongType && wrong_types.contains(place)) kept[i] = false;
    if (finding.rule.id == kCrdRule && said_better(finding, fields, workspace)) kept[i] = false;
    const auto causes = hidden.find(finding.rule.id);
    if (causes == hidden.end()) continue;
    for (const auto* named : named_by(finding, workspace))
      if (const auto cause = causes->second.find(named); cause != causes->second.end()) {
        kept[i] = false;
        cause_of[i] = cause->second;
        break;
      }
  }

  std::vector<std::vector<std::string>> inherited(findings.size());
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (kept[i] || cause_of[i] == findings.size()) continue;
    std::size_t cause = cause_of[i];
    // No rule follows from itself.
    while (!kept[cause] && cause_of[cause] != findings.size()) cause = cause_of[cause];
    const auto& aliases = findings[i].aliases;
    inherited[cause].insert(inherited[cause].end(), aliases.begin(), aliases.end());
  }

  Diagnostics out;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (!kept[i]) continue;
    Diagnostic finding = findings[i];
    for (const std::string& alias : inherited[i])
      if (std::find(finding.aliases.begin(), finding.aliases.end(), alias) == finding.aliases.end())
        finding.aliases.push_back(alias);
    out.add(std::move(finding));
  }
  return out;
}

}  // namespace egressctl::lint
