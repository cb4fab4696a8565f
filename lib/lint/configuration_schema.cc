// The JSON Schema of the configuration file, made from the settings and the registry.
//
// Source: https://json-schema.org/draft-07/json-schema-validation
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lib/lint/configuration.h"
#include "lib/lint/registry.h"

namespace egressctl::lint {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMesh = "mesh.";

Json setting_schema(const SettingInfo& info) {
  Json out{{"type", "string"}, {"description", info.description}};
  // A plain 1.30 is the number 1.3 to a validator.
  if (info.key == "mesh.istioVersion") out["type"] = {"string", "number"};
  if (!info.words.empty()) out["enum"] = info.words;
  if (!info.default_value.empty()) out["default"] = info.default_value;
  return out;
}

Json closed(std::string_view description, Json properties) {
  return {{"type", "object"},
          {"description", description},
          {"additionalProperties", false},
          {"properties", std::move(properties)}};
}

// Every rule by its id and by its name. A YAML 1.1 reader takes a plain `off` for false.
Json rules_schema() {
  Json properties = Json::object();
  for (const Rule* rule : all_rules())
    for (const std::string_view word : {rule->info.id.id, rule->info.id.name})
      properties[std::string(word)] = {
          {"description",
           fmt::format("{} {}: {}", rule->info.id.id, rule->info.id.name, rule->info.summary)},
          {"enum", {"off", "info", "warning", "error", false}},
          {"default", egressctl::to_string(rule->info.id.severity)}};
  return closed("How severe the findings of rules are, by id or name", std::move(properties));
}

}  // namespace

std::string configuration_schema() {
  const Json rules{{"$ref", "#/definitions/rules"}};
  Json properties = Json::object();
  Json mesh = Json::object();
  for (const SettingInfo& info : settings()) {
    if (info.key.starts_with(kMesh))
      mesh[std::string(info.key.substr(kMesh.size()))] = setting_schema(info);
    else
      properties[std::string(info.key)] = setting_schema(info);
  }
  properties["exclude"] = {{"type", "array"},
                           {"description", "What is left out of folders, as in a .gitignore"},
                           {"items", {{"type", "string"}}}};
  properties["rules"] = rules;
  properties["per-path"] = {
      {"type", "object"},
      {"description", "Levels of rules in files that match a pattern, relative to this file"},
      {"additionalProperties", closed("Of these files", {{"rules", rules}})}};
  properties["mesh"] = closed("The mesh that the manifests are for", std::move(mesh));
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
              {"$id", "https://egressctl.dev/schemas/config.v1.json"},
              {"title", "egressctl configuration"}};
  schema.update(closed("Settings of egressctl lint and validate", std::move(properties)));
  schema["definitions"] = {{"rules", rules_schema()}};
  return schema.dump(2) + "\n";
}

}  // namespace egressctl::lint
