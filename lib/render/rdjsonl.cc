#include <string>

#include <fmt/format.h>

#include "lib/render/diagnostics.h"
#include "lib/render/json_text.h"

namespace egressctl::render {
namespace {

std::string_view severity_of(Severity severity) {
  switch (severity) {
    case Severity::Error: return "ERROR";
    case Severity::Warning: return "WARNING";
    case Severity::Info: break;
  }
  return "INFO";
}

Json range_of(const SourceRange& range) {
  const auto position = [](const Position& at) {
    return Json{{"line", at.line}, {"column", at.column}};
  };
  return {{"start", position(range.start_position())}, {"end", position(range.end_position())}};
}

}  // namespace

std::string to_rdjsonl(const Diagnostics& diagnostics) {
  std::string out;
  for (const Diagnostic& finding : diagnostics) {
    Json where = {{"path", std::string(path_of(finding))}};
    if (finding.range.known()) where["range"] = range_of(finding.range);
    Json line = {
        {"message", finding.help.empty() ? finding.message
                                         : fmt::format("{}. {}", finding.message, finding.help)},
        {"location", std::move(where)},
        {"severity", severity_of(finding.severity)},
        {"source", {{"name", "egressctl"}}},
        {"code", {{"value", finding.rule.id}}}};
    // A suggestion is for the finding's own file.
    Json suggestions = Json::array();
    if (finding.fix)
      for (const Edit& edit : finding.fix->edits)
        if (edit.range.source == finding.range.source && edit.range.known())
          suggestions.push_back({{"range", range_of(edit.range)}, {"text", edit.text}});
    if (!suggestions.empty()) line["suggestions"] = std::move(suggestions);
    out += dump(line, kOneLine) + "\n";
  }
  return out;
}

}  // namespace egressctl::render
