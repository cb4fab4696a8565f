#include <string>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/render/diagnostics.h"
#include "lib/render/snippet.h"
#include "lib/render/visible.h"

namespace egressctl::render {
namespace {

std::string_view command_of(Severity severity) {
  switch (severity) {
    case Severity::Info: return "notice";
    case Severity::Warning: return "warning";
    case Severity::Error: return "error";
  }
  return "error";
}

// Source: actions/toolkit, packages/core/src/command.ts (escapeData, escapeProperty).
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    const bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    if (special)
      out += fmt::format("%{:02X}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out;
}

// The places of a command's annotation. Columns count on one line only.
std::string position(const SourceRange& range) {
  if (!range.known()) return {};
  const Position start = range.start_position();
  const Position end = trimmed(range).end_position();
  std::string out = fmt::format(",line={},endLine={}", start.line, end.line);
  if (start.line == end.line) out += fmt::format(",col={},endColumn={}", start.column, end.column);
  return out;
}

// The message and the help below it. Each line of the help is made visible by itself: that it has
// several is meant.
std::string text_of(const Diagnostic& diagnostic) {
  std::string out = visible(diagnostic.message);
  std::string_view before = "\nhelp: ";
  if (diagnostic.help.empty()) return out;
  for (const std::string_view line : split(diagnostic.help, '\n')) {
    out += fmt::format("{}{}", before, visible(line));
    before = "\n";
  }
  return out;
}

}  // namespace

std::string to_github(const Diagnostics& diagnostics) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) {
    const std::string& path = path_of(diagnostic);
    std::string properties;
    if (!path.empty())
      properties =
          fmt::format("file={}{},", escaped(visible(path), true), position(diagnostic.range));
    out += fmt::format("::{} {}title={}::{}\n", command_of(diagnostic.severity), properties,
                       escaped(diagnostic.rule.id, true), escaped(text_of(diagnostic), false));
  }
  return out;
}

}  // namespace egressctl::render
