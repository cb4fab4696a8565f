// The configuration file of a set of manifests: `.egressctl.yaml`.
//
// docs/configuration.md describes the file; configuration_schema() is its JSON Schema.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/path_pattern.h"
#include "lib/base/source.h"
#include "lib/lint/strict_fields.h"
#include "lib/resource/outbound_policy.h"
#include "lib/resource/resource.h"
#include "lib/yaml/load.h"

namespace egressctl::lint {

// A setting that is one text, by flag, variable or file.
struct SettingInfo {
  std::string_view key;   // in the file: "fail-on", "mesh.rootNamespace"
  std::string_view flag;  // "--fail-on"; empty: in the file alone
  std::string_view default_value;
  std::span<const std::string_view> words;  // that it may be; empty: any text
  std::string_view description;
};

[[nodiscard]] std::span<const SettingInfo> settings();

// The environment variable for a flag: "EGRESSCTL_FAIL_ON".
[[nodiscard]] std::string variable_of(std::string_view flag);

enum class Level { Off, Info, Warning, Error };

[[nodiscard]] std::string_view to_string(Level level);

// How a rule's findings are taken.
struct RuleLevel {
  std::string_view rule;  // its id
  Level level = Level::Error;
  SourceRange range;
};

struct PathRules {
  Located pattern;
  PathPattern paths;
  std::vector<RuleLevel> rules;
};

// Ranges point into the file's Source, which must outlive it.
struct Configuration {
  std::map<std::string_view, Located> settings;  // by SettingInfo::key; those that are set
  std::vector<Located> exclude;                  // patterns of paths, relative to the file's folder
  std::vector<RuleLevel> rules;
  std::vector<PathRules> per_path;        // the last one that covers a path goes first
  std::vector<yaml::Document> documents;  // what it was read from
  resource::Positioned<resource::OutboundMode> outbound;  // mesh.outboundTrafficPolicy
};

// The mesh's configuration with what the file says of it: that of `given` (which may be nullptr),
// or else of the resource among `resources` that istiod would take. std::nullopt when the file says
// nothing. It points into `configuration`.
[[nodiscard]] std::optional<resource::Resource> overridden_mesh_config(
    const Configuration& configuration, std::span<const resource::Resource> resources,
    const resource::Resource* given);

// Reads the file; std::nullopt when something in it is not known, with all of that in
// `diagnostics`.
[[nodiscard]] std::optional<Configuration> read_configuration(const Source& source,
                                                              Diagnostics& diagnostics);

// The JSON Schema (draft-07) of the file, pretty-printed, with a final newline.
[[nodiscard]] std::string configuration_schema();

// The findings at the levels that the configuration gives their rules, without those that it
// switches off. `relative` makes a finding's path relative to the configuration's folder.
[[nodiscard]] Diagnostics with_levels(
    const Diagnostics& findings, const Configuration& configuration,
    const std::function<std::string(const std::string&)>& relative);

}  // namespace egressctl::lint
