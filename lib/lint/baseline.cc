#include "lib/lint/baseline.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "lib/base/fingerprint.h"
#include "lib/lint/run_rules.h"
#include "lib/lint/strict_fields.h"
#include "lib/yaml/emit.h"

namespace egressctl::lint {
namespace {

constexpr std::int64_t kVersion = 1;

std::string name_of(const ResourceName& resource) {
  if (resource.kind.empty()) return {};
  if (resource.name_space.empty()) return fmt::format("{} {}", resource.kind, resource.name);
  return fmt::format("{} {}/{}", resource.kind, resource.name_space, resource.name);
}

void sort(Baseline& baseline) {
  std::sort(baseline.begin(), baseline.end(), [](const BaselineEntry& a, const BaselineEntry& b) {
    return std::tie(a.rule, a.resource, a.file, a.fingerprint) <
           std::tie(b.rule, b.resource, b.file, b.fingerprint);
  });
}

std::optional<BaselineEntry> read_entry(const yaml::Node& node, Diagnostics& out) {
  constexpr std::array<std::string_view, 5> kKeys = {"rule", "resource", "file", "fingerprint",
                                                     "count"};
  const std::size_t before = out.size();
  const StrictFields fields(node, "findings[]", kKeys, out);
  BaselineEntry entry;
  entry.range = node.range;
  if (const auto text = fields.text("rule")) entry.rule = text->text;
  if (const auto text = fields.text("resource")) entry.resource = text->text;
  if (const auto text = fields.text("file")) entry.file = text->text;
  if (const auto text = fields.text("fingerprint")) entry.fingerprint = text->text;
  const std::int64_t count = fields.number("count").value_or(1);
  if (out.size() > before) return std::nullopt;
  if (entry.rule.empty() || entry.fingerprint.empty() || count < 1) {
    out.report(kBadConfiguration, node.range,
               "an entry needs \"rule\", \"fingerprint\" and a \"count\" of 1 or more");
    return std::nullopt;
  }
  entry.count = static_cast<std::size_t>(count);
  return entry;
}

// The first lines of an entry: it is in block style as a rule, and long.
SourceRange head_of(SourceRange entry) {
  const std::size_t end = entry.text().find('\n');
  if (end != std::string_view::npos) entry.end = entry.begin + static_cast<std::uint32_t>(end);
  return entry;
}

// The file of a finding about no resource.
std::string file_of(const Diagnostic& finding) {
  if (!finding.resource.kind.empty()) return {};
  return finding.range.source != nullptr ? finding.range.source->path() : finding.path;
}

void report_stale(const BaselineEntry& entry, std::size_t found, Diagnostics& out) {
  const std::string about =
      fmt::format(" of {}", entry.resource.empty() ? entry.file : entry.resource);
  const std::string message =
      found == 0
          ? fmt::format("{}{} is not found any more", entry.rule, about)
          : fmt::format("{}{} is found {} times, not {}", entry.rule, about, found, entry.count);
  out.report(kStaleBaseline, head_of(entry.range), "{}", message)
      .help("--prune-baseline takes it out");
}

}  // namespace

Baseline baseline_of(const Diagnostics& findings) {
  std::map<std::pair<std::string, std::string>, std::size_t> places;  // by fingerprint and file
  Baseline out;
  for (const Diagnostic& finding : findings) {
    const std::string mark = fingerprint(finding);
    const std::string file = file_of(finding);
    const auto [place, added] = places.emplace(std::pair(mark, file), out.size());
    if (added)
      out.push_back({.rule = std::string(finding.rule.id),
                     .resource = name_of(finding.resource),
                     .file = file,
                     .fingerprint = mark,
                     .count = 1,
                     .range = {}});
    else
      ++out[place->second].count;
  }
  sort(out);
  return out;
}

std::string to_yaml(const Baseline& baseline) {
  std::string out =
      "# Findings of egressctl lint that are known and not reported: see docs/baseline.md.\n"
      "# --write-baseline writes this file anew, --prune-baseline takes out what is mended.\n";
  out += fmt::format("version: {}\nfindings:{}\n", kVersion, baseline.empty() ? " []" : "");
  for (const BaselineEntry& entry : baseline) {
    out += fmt::format("- rule: {}\n", yaml::emit_string(entry.rule));
    if (!entry.resource.empty())
      out += fmt::format("  resource: {}\n", yaml::emit_string(entry.resource));
    if (!entry.file.empty()) out += fmt::format("  file: {}\n", yaml::emit_string(entry.file));
    out += fmt::format("  fingerprint: {}\n  count: {}\n", yaml::emit_string(entry.fingerprint),
                       entry.count);
  }
  return out;
}

std::optional<Baseline> read_baseline(const Source& source, Diagnostics& diagnostics) {
  const auto documents = yaml::load(source, diagnostics);
  const auto root = only_document(source, documents, diagnostics);
  if (!root) return std::nullopt;
  if (*root == nullptr) return Baseline();
  constexpr std::array<std::string_view, 2> kKeys = {"version", "findings"};
  const StrictFields fields(**root, "", kKeys, diagnostics);
  if (const auto version = fields.number("version"); version && *version != kVersion)
    fields.wrong(*fields.node("version"), "version", fmt::format("{}", kVersion));
  Baseline out;
  if (const yaml::Node* list = fields.node("findings")) {
    if (!list->is_sequence()) fields.wrong(*list, "findings", "a list");
    for (const yaml::Node& item : list->items)
      if (auto entry = read_entry(item, diagnostics)) out.push_back(*std::move(entry));
  }
  if (diagnostics.any(Severity::Error)) return std::nullopt;
  sort(out);
  return out;
}

BaselineResult apply_baseline(const Baseline& baseline, const Diagnostics& findings,
                              const Workspace& workspace) {
  std::unordered_map<std::string_view, std::size_t> known;  // how many are still to be hidden
  for (const BaselineEntry& entry : baseline) known[entry.fingerprint] += entry.count;
  BaselineResult out;
  for (const Diagnostic& finding : findings) {
    const auto left = known.find(fingerprint(finding));
    if (left == known.end() || left->second == 0) {
      out.findings.add(finding);
      continue;
    }
    --left->second;
    ++out.hidden;
  }

  std::unordered_set<std::string> read;
  for (const resource::Resource& resource : workspace.resources())
    read.insert(name_of(resource.resource_name()));
  std::unordered_set<std::string_view> files;
  for (const auto& source : workspace.sources()) files.insert(source->path());
  std::size_t elsewhere = 0;
  SourceRange first;
  for (const BaselineEntry& entry : baseline) {
    std::size_t& left = known[entry.fingerprint];
    const std::size_t unused = std::min(left, entry.count);
    left -= unused;
    if (unused < entry.count) {
      out.needed.push_back(entry);
      out.needed.back().count -= unused;
    }
    if (unused == 0) continue;
    if (entry.resource.empty() ? files.contains(entry.file) : read.contains(entry.resource)) {
      report_stale(entry, entry.count - unused, out.stale);
    } else if (elsewhere++ == 0) {
      first = head_of(entry.range);
    }
  }
  if (elsewhere > 0)
    out.stale
        .report(kStaleBaseline, first, "{} {} of what was not read", elsewhere,
                elsewhere == 1 ? "entry is" : "entries are")
        .severity(Severity::Info)
        .help("when this run reads all there is, --prune-baseline takes them out");
  return out;
}

}  // namespace egressctl::lint
