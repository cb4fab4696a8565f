#include "lib/base/fixes.h"

#include <algorithm>

namespace egressctl {
namespace {

struct PendingSource {
  const Source* source = nullptr;
  std::vector<Edit> edits;
};

bool touches(const std::vector<PendingSource>& pending, const Edit& edit) {
  for (const PendingSource& one : pending)
    if (one.source == edit.range.source)
      return std::any_of(one.edits.begin(), one.edits.end(), [&](const Edit& other) {
        return edit.range.begin <= other.range.end && other.range.begin <= edit.range.end;
      });
  return false;
}

void add(const Edit& edit, std::vector<PendingSource>& pending) {
  const auto found = std::find_if(pending.begin(), pending.end(), [&](const PendingSource& one) {
    return one.source == edit.range.source;
  });
  if (found != pending.end()) {
    found->edits.push_back(edit);
  } else {
    pending.push_back({edit.range.source, {edit}});
  }
}

std::string fixed(PendingSource& pending) {
  std::sort(pending.edits.begin(), pending.edits.end(),
            [](const Edit& a, const Edit& b) { return a.range.begin > b.range.begin; });
  std::string out(pending.source->text());
  for (const Edit& edit : pending.edits)
    out.replace(edit.range.begin, edit.range.end - edit.range.begin, edit.text);
  return out;
}

}  // namespace

AppliedFixes apply_fixes(const Diagnostics& findings, bool unsafe) {
  AppliedFixes out;
  std::vector<PendingSource> pending;
  for (const Diagnostic& finding : findings) {
    const bool wanted =
        finding.fix && (finding.fix->safe || unsafe) && !finding.fix->edits.empty() &&
        std::none_of(finding.fix->edits.begin(), finding.fix->edits.end(), [&](const Edit& edit) {
          return !edit.range.known() || touches(pending, edit);
        });
    out.applied.push_back(wanted);
    if (!wanted) continue;
    for (const Edit& edit : finding.fix->edits) add(edit, pending);
  }
  for (PendingSource& one : pending) out.sources.push_back({one.source, fixed(one)});
  return out;
}

}  // namespace egressctl
