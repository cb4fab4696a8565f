#include "lib/lint/precedence.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
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
      {"EGR0114", {"EGR0121", "EGR0107", "EGR0105", "EGR0404", "EGR0405", "EGR0402"}},
      {"EGR0202", {"EGR0301", "EGR0302", "EGR0303", "EGR0804"}},
      {"EGR0203", {"EGR0301", "EGR0302", "EGR0303", "EGR0304"}},
      {"EGR0204", {"EGR0303", "EGR0214"}},
      {"EGR0208", {"EGR0201", "EGR0205", "EGR0207", "EGR0303"}},
      {"EGR0209", {"EGR0201", "EGR0402", "EGR0404", "EGR0405"}},
      {"EGR0210", {"EGR0201", "EGR0402", "EGR0404", "EGR0405"}},
      {"EGR0214", {"EGR0303", "EGR0314"}},
      {"EGR0302", {"EGR0303"}},
      {"EGR0314", {"EGR0303"}},
      {"EGR0410", {"EGR0402", "EGR0404", "EGR0405"}},
      {"EGR0602", {"EGR0212"}},
  };
  return kTable;
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

Diagnostics without_consequences(Diagnostics findings, const Workspace& workspace) {
  // Rule -> the resources of which it hides that rule's findings.
  std::unordered_map<std::string_view, Resources> hidden;
  for (const Diagnostic& finding : findings)
    for (const Precedence& entry : precedences())
      if (entry.cause == finding.rule.id)
        for (const std::string_view consequence : entry.consequences)
          hidden[consequence].merge(named_by(finding, workspace));
  if (hidden.empty()) return findings;

  Diagnostics out;
  for (const Diagnostic& finding : findings) {
    const auto causes = hidden.find(finding.rule.id);
    if (causes != hidden.end()) {
      const Resources named = named_by(finding, workspace);
      if (std::any_of(named.begin(), named.end(),
                      [&](const auto* resource) { return causes->second.contains(resource); }))
        continue;
    }
    out.add(finding);
  }
  return out;
}

}  // namespace egressctl::lint
