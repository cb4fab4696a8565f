#include "lib/render/diagnostics.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace egressctl::render {
namespace {

constexpr std::array<std::string_view, 9> kFormatNames = {
    "text", "concise", "json", "jsonl", "github", "sarif", "gitlab", "junit", "rdjsonl"};

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace

std::span<const std::string_view> format_names() {
  return kFormatNames;
}

std::optional<Format> format_of(std::string_view name) {
  const auto found = std::find(kFormatNames.begin(), kFormatNames.end(), name);
  if (found == kFormatNames.end()) return std::nullopt;
  return static_cast<Format>(found - kFormatNames.begin());
}

std::string to_string(const Diagnostics& diagnostics, Format format, const TextOptions& options,
                      const Totals& totals) {
  switch (format) {
    case Format::Text: return to_text(diagnostics, options);
    case Format::Concise: return to_concise(diagnostics);
    case Format::Json: return to_json(diagnostics, totals);
    case Format::Jsonl: return to_jsonl(diagnostics);
    case Format::Github: return to_github(diagnostics);
    case Format::Sarif: return to_sarif(diagnostics, totals);
    case Format::Gitlab: return to_gitlab(diagnostics);
    case Format::Junit: return to_junit(diagnostics);
    case Format::Rdjsonl: return to_rdjsonl(diagnostics);
  }
  return {};
}

std::string summary_line(const Diagnostics& diagnostics, std::size_t files) {
  if (diagnostics.empty()) return {};
  std::string out;
  for (const Severity severity : {Severity::Error, Severity::Warning, Severity::Info}) {
    const std::size_t count = diagnostics.count(severity);
    if (count == 0) continue;
    if (!out.empty()) out += ", ";
    out += counted(count, egressctl::to_string(severity));
  }
  std::set<std::string_view> paths;
  for (const Diagnostic& diagnostic : diagnostics)
    if (!path_of(diagnostic).empty()) paths.insert(path_of(diagnostic));
  if (paths.empty()) return out + "\n";
  if (files > paths.size())
    return fmt::format("{} in {} of {}\n", out, paths.size(), counted(files, "file"));
  return fmt::format("{} in {}\n", out, counted(paths.size(), "file"));
}

}  // namespace egressctl::render
