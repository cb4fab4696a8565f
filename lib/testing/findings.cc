#include "lib/testing/findings.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace egressctl::testing {

std::string show(const Diagnostics& findings) {
  std::string out;
  for (const Diagnostic& d : findings) {
    std::string aliases;
    for (const std::string& alias : d.aliases) aliases += " " + alias;
    out += fmt::format("{}: {}: {} [{} {}{}]\n  at {}\n", location(d.range), to_string(d.severity),
                       d.message, d.rule.id, d.rule.name, aliases, d.field);
    for (const RelatedRange& related : d.related)
      out += fmt::format("  {}: {}\n", location(related.range), related.message);
    if (!d.help.empty()) out += fmt::format("  help: {}\n", d.help);
    if (d.fix) out += fmt::format("  {}: {}\n", d.fix->safe ? "fix" : "unsafe fix", d.fix->title);
  }
  return out;
}

std::string fixed(const Source& source, const Diagnostics& findings) {
  std::vector<Edit> edits;
  for (const Diagnostic& finding : findings) {
    if (!finding.fix || !finding.fix->safe) continue;
    const auto& more = finding.fix->edits;
    const bool overlaps = std::any_of(more.begin(), more.end(), [&](const Edit& edit) {
      return std::any_of(edits.begin(), edits.end(), [&](const Edit& other) {
        return edit.range.begin <= other.range.end && other.range.begin <= edit.range.end;
      });
    });
    if (!overlaps) edits.insert(edits.end(), more.begin(), more.end());
  }
  std::sort(edits.begin(), edits.end(),
            [](const Edit& a, const Edit& b) { return a.range.begin > b.range.begin; });
  std::string out(source.text());
  for (const Edit& edit : edits)
    out.replace(edit.range.begin, edit.range.end - edit.range.begin, edit.text);
  return out;
}

}  // namespace egressctl::testing
