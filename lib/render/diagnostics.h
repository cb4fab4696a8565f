// Findings in every form that people and programs read.
//
// All forms show the findings in the order they come in (Diagnostics::sort makes it path, line,
// column, rule) and are complete for none, one and many. What comes from the user's files reaches
// no form raw: control characters, bidirectional overrides and bytes that are not UTF-8 are
// written as escapes.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lib/base/diagnostic.h"

namespace egressctl::render {

enum class Format {
  Text,     // with the source lines, for people
  Concise,  // a line a finding, for editors and grep
  Json,     // one object
  Jsonl,    // one object a line
  Github,   // workflow commands that become annotations
};

// The word for each format on the command line, in the order of the enum.
[[nodiscard]] std::span<const std::string_view> format_names();

// The format of a word, or std::nullopt.
[[nodiscard]] std::optional<Format> format_of(std::string_view name);

// What was read to find them.
struct Totals {
  std::size_t files = 0;
  std::size_t documents = 0;
  std::size_t resources = 0;
};

struct TextOptions {
  bool color = false;       // ANSI escapes (SGR)
  std::size_t width = 120;  // columns of a source line, 20 at least; longer ones are cut
};

// For each finding `path:line:column: severity: message [id name]`, the lines it is about, the
// related places as notes, and the help. A blank line between two findings.
[[nodiscard]] std::string to_text(const Diagnostics& diagnostics, const TextOptions& options = {});

// `path:line:column: severity: message [id name]`. Position 1-based, columns in code points; left
// out where it is not known.
[[nodiscard]] std::string to_concise(const Diagnostics& diagnostics);

// One object with `version`, `summary` and `diagnostics`, pretty-printed, with a final newline.
// Within version 1 fields are only added. Parts that a finding lacks are null; `aliases` and
// `related` are lists.
[[nodiscard]] std::string to_json(const Diagnostics& diagnostics, const Totals& totals);

// The objects of to_json's `diagnostics`, each on a line.
[[nodiscard]] std::string to_jsonl(const Diagnostics& diagnostics);

// Source: GitHub "Workflow commands for GitHub Actions", ::error, ::warning and ::notice.
[[nodiscard]] std::string to_github(const Diagnostics& diagnostics);

// The form that `format` names; `options` count for Format::Text, `totals` for Format::Json.
[[nodiscard]] std::string to_string(const Diagnostics& diagnostics, Format format,
                                    const TextOptions& options, const Totals& totals);

// `2 errors, 1 warning in 1 file` and a newline; empty when there is no finding. The number of
// files is the one in which something was found; `of N` is added when `files` is larger.
[[nodiscard]] std::string summary_line(const Diagnostics& diagnostics, std::size_t files);

}  // namespace egressctl::render
