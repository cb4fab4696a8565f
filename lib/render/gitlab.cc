#include <string>
#include <vector>

#include <fmt/format.h>

#include "lib/base/fingerprint.h"
#include "lib/render/diagnostics.h"
#include "lib/render/json_text.h"

namespace egressctl::render {
namespace {

std::string_view severity_of(Severity severity) {
  switch (severity) {
    case Severity::Error: return "major";
    case Severity::Warning: return "minor";
    case Severity::Info: break;
  }
  return "info";
}

}  // namespace

std::string to_gitlab(const Diagnostics& diagnostics) {
  const std::vector<std::string> marks = fingerprints(diagnostics);
  Json out = Json::array();
  for (std::size_t i = 0; i < diagnostics.size(); ++i) {
    const Diagnostic& finding = diagnostics[i];
    const std::size_t line = finding.range.known() ? finding.range.start_position().line : 1;
    out.push_back(
        {{"description", fmt::format("{}: {}", finding.rule.id, finding.message)},
         {"check_name", finding.rule.id},
         {"fingerprint", marks[i]},
         {"severity", severity_of(finding.severity)},
         {"location", {{"path", std::string(path_of(finding))}, {"lines", {{"begin", line}}}}}});
  }
  return dump(out, 2) + "\n";
}

}  // namespace egressctl::render
