#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lib/base/fingerprint.h"
#include "lib/render/diagnostics.h"
#include "lib/render/json_text.h"

namespace egressctl::render {
namespace {

constexpr std::string_view kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
constexpr std::string_view kRoot = "%SRCROOT%";

std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::Error: return "error";
    case Severity::Warning: return "warning";
    case Severity::Info: break;
  }
  return "note";
}

bool is_plain(unsigned char byte) {
  return std::isalnum(byte) != 0 ||
         std::string_view("-._~/").find(static_cast<char>(byte)) != std::string_view::npos;
}

// A path as a URI (RFC 3986); an absolute one with its scheme.
std::string to_uri(std::string_view path) {
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(byte)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", byte);
    }
  }
  return out;
}

Json artifact(std::string_view path) {
  Json out = {{"uri", to_uri(path)}};
  if (!path.starts_with('/')) out["uriBaseId"] = kRoot;
  return out;
}

Json region(const SourceRange& range) {
  const Position start = range.start_position();
  const Position end = range.end_position();
  return {{"startLine", start.line},
          {"startColumn", start.column},
          {"endLine", end.line},
          {"endColumn", end.column}};
}

Json physical(std::string_view path, const SourceRange& range) {
  Json out = {{"artifactLocation", artifact(path)}};
  if (range.known()) out["region"] = region(range);
  return out;
}

Json location_of(const Diagnostic& finding) {
  Json out = Json::object();
  if (!path_of(finding).empty())
    out["physicalLocation"] = physical(path_of(finding), finding.range);
  const ResourceName& resource = finding.resource;
  if (!resource.name.empty())
    out["logicalLocations"] = Json::array(
        {{{"fullyQualifiedName",
           resource.name_space.empty()
               ? fmt::format("{}/{}", resource.kind, resource.name)
               : fmt::format("{}/{}/{}", resource.kind, resource.name_space, resource.name)},
          {"kind", "resource"}}});
  return out;
}

Json fix_of(const Fix& fix) {
  std::map<std::string, Json> by_file;
  for (const Edit& edit : fix.edits) {
    if (edit.range.source == nullptr) continue;
    Json& replacements = by_file[edit.range.source->path()];
    replacements.push_back(
        {{"deletedRegion", region(edit.range)}, {"insertedContent", {{"text", edit.text}}}});
  }
  Json changes = Json::array();
  for (auto& [path, replacements] : by_file)
    changes.push_back({{"artifactLocation", artifact(path)}, {"replacements", replacements}});
  return {{"description", {{"text", fix.title}}}, {"artifactChanges", std::move(changes)}};
}

Json result_of(const Diagnostic& finding, std::size_t rule, const std::string& fingerprint) {
  Json out = {
      {"ruleId", finding.rule.id},
      {"ruleIndex", rule},
      {"level", level_of(finding.severity)},
      {"message",
       {{"text", finding.help.empty() ? finding.message
                                      : fmt::format("{}. {}", finding.message, finding.help)}}},
      {"locations", Json::array({location_of(finding)})},
      {"partialFingerprints", {{"egressctl/v1", fingerprint}}}};
  Json related = Json::array();
  for (const RelatedRange& place : finding.related)
    if (place.range.source != nullptr)
      related.push_back({{"physicalLocation", physical(place.range.source->path(), place.range)},
                         {"message", {{"text", place.message}}}});
  if (!related.empty()) out["relatedLocations"] = std::move(related);
  if (finding.fix && !finding.fix->edits.empty())
    out["fixes"] = Json::array({fix_of(*finding.fix)});
  return out;
}

// The rules of the findings, described where that is known.
Json rules_of(const std::vector<RuleId>& used, const Totals& totals) {
  const std::vector<RuleText> known =
      totals.rules != nullptr ? totals.rules() : std::vector<RuleText>();
  Json out = Json::array();
  for (const RuleId& rule : used) {
    Json item = {{"id", rule.id},
                 {"name", rule.name},
                 {"defaultConfiguration", {{"level", level_of(rule.severity)}}}};
    const auto text = std::find_if(known.begin(), known.end(),
                                   [&](const RuleText& own) { return own.id == rule.id; });
    if (text != known.end()) {
      item["shortDescription"] = {{"text", text->summary}};
      item["fullDescription"] = {{"text", text->why}};
      item["help"] = {{"text", fmt::format("{}\n\n{}", text->why, text->mend)},
                      {"markdown", fmt::format("{}\n\n**Mend:** {}", text->why, text->mend)}};
      if (!text->page.empty()) item["helpUri"] = text->page;
    }
    out.push_back(std::move(item));
  }
  return out;
}

}  // namespace

std::string to_sarif(const Diagnostics& diagnostics, const Totals& totals) {
  const std::vector<std::string> marks = fingerprints(diagnostics);
  std::vector<RuleId> used;
  std::map<std::string_view, std::size_t> places;
  Json results = Json::array();
  for (std::size_t i = 0; i < diagnostics.size(); ++i) {
    const Diagnostic& finding = diagnostics[i];
    const auto [place, added] = places.try_emplace(finding.rule.id, used.size());
    if (added) used.push_back(finding.rule);
    results.push_back(result_of(finding, place->second, marks[i]));
  }
  Json driver = {{"name", "egressctl"}};
  if (!totals.version.empty()) driver["version"] = totals.version;
  driver["rules"] = rules_of(used, totals);
  const Json run = {{"tool", {{"driver", std::move(driver)}}},
                    {"columnKind", "unicodeCodePoints"},
                    {"results", std::move(results)}};
  return dump({{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", Json::array({run})}}, 2) + "\n";
}

}  // namespace egressctl::render
