#include "lib/testing/findings.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "lib/base/fixes.h"

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
  for (const FixedSource& one : apply_fixes(findings, false).sources)
    if (one.source == &source) return one.text;
  return std::string(source.text());
}

}  // namespace egressctl::testing
