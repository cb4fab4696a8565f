#include "lib/render/json.h"

#include <string>
#include <vector>

#include "lib/base/fingerprint.h"
#include "lib/render/diagnostics.h"
#include "lib/render/json_text.h"

namespace egressctl::render {
namespace {

constexpr int kVersion = 1;

Json or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json range_object(const SourceRange& range) {
  if (!range.known()) return nullptr;
  const auto object = [](const Position& at) {
    return Json{{"line", at.line}, {"column", at.column}};
  };
  return {{"start", object(range.start_position())}, {"end", object(range.end_position())}};
}

Json resource_object(const ResourceName& resource) {
  if (resource.kind.empty() && resource.name.empty()) return nullptr;
  return {{"apiVersion", or_null(resource.api_version)},
          {"kind", or_null(resource.kind)},
          {"namespace", or_null(resource.name_space)},
          {"name", or_null(resource.name)}};
}

Json related_array(const std::vector<RelatedRange>& list) {
  Json array = Json::array();
  for (const RelatedRange& related : list) {
    const Source* source = related.range.source;
    array.push_back({{"path", source != nullptr ? Json(source->path()) : Json(nullptr)},
                     {"range", range_object(related.range)},
                     {"message", related.message}});
  }
  return array;
}

Json fix_object(const std::optional<Fix>& fix) {
  if (!fix) return nullptr;
  Json edits = Json::array();
  for (const Edit& edit : fix->edits) {
    const Source* source = edit.range.source;
    edits.push_back({{"path", source != nullptr ? Json(source->path()) : Json(nullptr)},
                     {"range", range_object(edit.range)},
                     {"text", edit.text}});
  }
  return {{"title", fix->title}, {"safe", fix->safe}, {"edits", edits}};
}

Json finding_object(const Diagnostic& diagnostic, const std::string& fingerprint) {
  return {{"rule", diagnostic.rule.id},
          {"name", diagnostic.rule.name},
          {"severity", egressctl::to_string(diagnostic.severity)},
          {"message", diagnostic.message},
          {"path", or_null(path_of(diagnostic))},
          {"range", range_object(diagnostic.range)},
          {"field", or_null(diagnostic.field)},
          {"resource", resource_object(diagnostic.resource)},
          {"aliases", Json(diagnostic.aliases)},
          {"related", related_array(diagnostic.related)},
          {"help", or_null(diagnostic.help)},
          {"fix", fix_object(diagnostic.fix)},
          {"fingerprint", fingerprint}};
}

}  // namespace

std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', true, Json::error_handler_t::replace);
}

std::string json_string(std::string_view text) {
  return dump(Json(text), kOneLine);
}

std::string to_json(const Diagnostics& diagnostics, const Totals& totals) {
  const std::vector<std::string> marks = fingerprints(diagnostics);
  Json findings = Json::array();
  for (std::size_t i = 0; i < diagnostics.size(); ++i)
    findings.push_back(finding_object(diagnostics[i], marks[i]));
  const Json summary{{"files", totals.files},
                     {"documents", totals.documents},
                     {"resources", totals.resources},
                     {"errors", diagnostics.count(Severity::Error)},
                     {"warnings", diagnostics.count(Severity::Warning)},
                     {"infos", diagnostics.count(Severity::Info)}};
  const Json whole{{"version", kVersion}, {"summary", summary}, {"diagnostics", findings}};
  return dump(whole, 2) + "\n";
}

std::string to_jsonl(const Diagnostics& diagnostics) {
  const std::vector<std::string> marks = fingerprints(diagnostics);
  std::string out;
  for (std::size_t i = 0; i < diagnostics.size(); ++i)
    out += dump(finding_object(diagnostics[i], marks[i]), kOneLine) + "\n";
  return out;
}

}  // namespace egressctl::render
