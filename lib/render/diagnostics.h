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
#include <vector>

#include "lib/base/diagnostic.h"

namespace egressctl::render {

enum class Format {
  Text,     // with the source lines, for people
  Concise,  // a line a finding, for editors and grep
  Json,     // one object
  Jsonl,    // one object a line
  Github,   // workflow commands that become annotations
  Sarif,    // SARIF 2.1.0
  Gitlab,   // a Code Quality report
  Junit,    // a test report
  Rdjsonl,  // reviewdog's diagnostics, one a line
};

// The word for each format on the command line, in the order of the enum.
[[nodiscard]] std::span<const std::string_view> format_names();

// The format of a word, or std::nullopt.
[[nodiscard]] std::optional<Format> format_of(std::string_view name);

// What a rule is about, for forms that carry its documentation. The texts must outlive their use.
struct RuleText {
  std::string_view id;
  std::string_view name;
  Severity severity = Severity::Error;
  std::string_view summary;
  std::string_view why;
  std::string_view mend;
  std::string_view page;  // the address of more about it; empty: none is known
};

// What was read to find them, and by what.
struct Totals {
  std::size_t files = 0;
  std::size_t documents = 0;
  std::size_t resources = 0;
  std::string_view version = {};               // of the program
  std::vector<RuleText> (*rules)() = nullptr;  // all there are; nullptr: no documentation
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

// SARIF 2.1.0, columns in code points. The rules that the findings have are described.
//
// Source: docs.oasis-open.org/sarif/sarif/v2.1.0.
[[nodiscard]] std::string to_sarif(const Diagnostics& diagnostics, const Totals& totals);

// An array of issues; GitLab shows their descriptions alone, so that these begin with the rule.
//
// Source: docs.gitlab.com/ci/testing/code_quality (report format).
[[nodiscard]] std::string to_gitlab(const Diagnostics& diagnostics);

// A suite for each file with findings, a case for each resource in it; when there is no finding one
// case that passes. What XML 1.0 can't hold is written as escapes.
[[nodiscard]] std::string to_junit(const Diagnostics& diagnostics);

// Source: github.com/reviewdog/reviewdog, proto/rdf.
[[nodiscard]] std::string to_rdjsonl(const Diagnostics& diagnostics);

// The form that `format` names; `options` count for Format::Text, `totals` for Format::Json.
[[nodiscard]] std::string to_string(const Diagnostics& diagnostics, Format format,
                                    const TextOptions& options, const Totals& totals);

// `2 errors, 1 warning in 1 file` and a newline; empty when there is no finding. The number of
// files is the one in which something was found; `of N` is added when `files` is larger.
[[nodiscard]] std::string summary_line(const Diagnostics& diagnostics, std::size_t files);

}  // namespace egressctl::render
