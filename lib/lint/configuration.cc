#include "lib/lint/configuration.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lib/base/text.h"
#include "lib/lint/registry.h"
#include "lib/lint/run_rules.h"
#include "lib/mesh/settings.h"

namespace egressctl::lint {
namespace {

constexpr std::array<std::string_view, 4> kFailOn = {"error", "warning", "info", "never"};
constexpr std::array<std::string_view, 3> kSeverities = {"error", "warning", "info"};
constexpr std::array<std::string_view, 2> kProfiles = {"default", "posture"};
constexpr std::array<std::string_view, 2> kOutbound = {"REGISTRY_ONLY", "ALLOW_ANY"};
constexpr std::array<std::string_view, 4> kLevels = {"off", "info", "warning", "error"};

constexpr std::string_view kOutboundKey = "mesh.outboundTrafficPolicy";

constexpr SettingInfo kSettings[] = {
    {"fail-on", "--fail-on", "error", kFailOn,
     "From which severity on findings make the exit code 1"},
    {"min-severity", "--min-severity", "info", kSeverities,
     "From which severity on findings are shown"},
    {"profile", "--profile", "default", kProfiles,
     "Which rules: posture reports what is absent, too"},
    {"baseline", "--baseline", "", {}, "A file of known findings, which are not reported"},
    {"mesh.istioVersion", "--istio-version", "", {}, "The release that the manifests must run on"},
    {"mesh.rootNamespace", "--root-namespace", "", {}, "Istio's root namespace"},
    {"mesh.clusterDomain", "--cluster-domain", "", {}, "The cluster's DNS domain"},
    {"mesh.meshConfig", "--mesh-config", "", {}, "A file with the MeshConfig of the cluster"},
    {kOutboundKey, "", "", kOutbound,
     "What the mesh does with hosts that nothing lists, whatever MeshConfig says"},
};

constexpr std::array<std::string_view, 8> kKeys = {
    "fail-on", "min-severity", "profile", "baseline", "mesh", "exclude", "rules", "per-path"};
constexpr std::array<std::string_view, 5> kMeshKeys = {
    "istioVersion", "rootNamespace", "clusterDomain", "meshConfig", "outboundTrafficPolicy"};

class Reader {
 public:
  Reader(Configuration& into, Diagnostics& out) : into_(into), out_(out) {}

  void read(const yaml::Node& root) {
    const StrictFields fields(root, "", kKeys, out_);
    read_settings(fields, "");
    into_.exclude = fields.texts("exclude");
    into_.rules = rules(fields, "rules");
    if (const yaml::Node* mesh = fields.node("mesh")) read_mesh(*mesh);
    if (const yaml::Node* paths = fields.node("per-path")) read_paths(*paths);
  }

 private:
  // The settings whose keys are `prefix` and one of the mapping's.
  void read_settings(const StrictFields& fields, std::string_view prefix) {
    for (const SettingInfo& info : settings()) {
      if (!info.key.starts_with(prefix)) continue;
      const std::string_view key = info.key.substr(prefix.size());
      if (key.find('.') != std::string_view::npos) continue;
      auto value = fields.text(key);
      if (!value) continue;
      if (!info.words.empty()) known_word(*value, info.key, info.words);
      into_.settings.emplace(info.key, *std::move(value));
    }
  }

  bool known_word(const Located& value, std::string_view key,
                  std::span<const std::string_view> words) {
    if (std::find(words.begin(), words.end(), value.text) != words.end()) return true;
    const std::string suggestion = did_you_mean(value.text, words);
    out_.report(kBadConfiguration, value.range, "unknown value \"{}\" of \"{}\"; {}", value.text,
                key,
                suggestion.empty() ? fmt::format("expected one of {}", fmt::join(words, ", "))
                                   : suggestion);
    return false;
  }

  void read_mesh(const yaml::Node& node) {
    const StrictFields fields(node, "mesh", kMeshKeys, out_);
    read_settings(fields, "mesh.");
    if (const auto mode = into_.settings.find(kOutboundKey); mode != into_.settings.end()) {
      into_.outbound = {mode->second.text == "ALLOW_ANY" ? resource::OutboundMode::AllowAny
                                                         : resource::OutboundMode::RegistryOnly,
                        mode->second.range,
                        {},
                        fields.node("outboundTrafficPolicy")};
    }
  }

  // `rules:` of a mapping.
  std::vector<RuleLevel> rules(const StrictFields& fields, std::string_view key) {
    std::vector<RuleLevel> levels;
    const yaml::Node* node = fields.node(key);
    if (node == nullptr) return levels;
    if (!node->is_mapping()) fields.wrong(*node, key, "a mapping of rules to levels");
    for (const yaml::Entry& entry : node->entries) {
      const Rule* rule = find_rule(entry.key.scalar);
      if (rule == nullptr) {
        const std::string suggestion = did_you_mean(entry.key.scalar, rule_words());
        out_.report(kBadConfiguration, entry.key.range, "no rule \"{}\"; {}", entry.key.scalar,
                    suggestion.empty() ? "`egressctl rules` lists them" : suggestion);
        continue;
      }
      const Located word{std::string(entry.value.scalar), entry.value.range};
      if (!known_word(word, entry.key.scalar, kLevels)) continue;
      const auto level = std::find(kLevels.begin(), kLevels.end(), word.text) - kLevels.begin();
      levels.push_back({rule->info.id.id, static_cast<Level>(level), entry.value.range});
    }
    return levels;
  }

  void read_paths(const yaml::Node& node) {
    constexpr std::array<std::string_view, 1> kPathKeys = {"rules"};
    if (!node.is_mapping()) {
      out_.report(kBadConfiguration, node.range, "\"per-path\" is no mapping of patterns");
      return;
    }
    for (const yaml::Entry& entry : node.entries) {
      const std::string pattern(entry.key.scalar);
      const StrictFields fields(entry.value, fmt::format("per-path.{}", pattern), kPathKeys, out_);
      into_.per_path.push_back(
          {{pattern, entry.key.range}, PathPattern(pattern), rules(fields, "rules")});
    }
  }

  Configuration& into_;
  Diagnostics& out_;
};

}  // namespace

std::span<const SettingInfo> settings() {
  return kSettings;
}

std::string variable_of(std::string_view flag) {
  std::string out = "EGRESSCTL_";
  for (const char c : flag.substr(flag.find_first_not_of('-')))
    out += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

std::string_view to_string(Level level) {
  return kLevels[static_cast<std::size_t>(level)];
}

std::optional<Configuration> read_configuration(const Source& source, Diagnostics& diagnostics) {
  Configuration out;
  out.documents = yaml::load(source, diagnostics);
  const auto root = only_document(source, out.documents, diagnostics);
  if (!root) return std::nullopt;
  if (*root != nullptr) Reader(out, diagnostics).read(**root);
  if (diagnostics.any(Severity::Error)) return std::nullopt;
  return out;
}

std::optional<resource::Resource> overridden_mesh_config(
    const Configuration& configuration, std::span<const resource::Resource> resources,
    const resource::Resource* given) {
  if (!configuration.outbound.present()) return std::nullopt;
  mesh::Options options;
  options.mesh_resource = given;
  const resource::MeshConfig* before = mesh::settings_of(resources, options).mesh_config;
  resource::MeshConfig config = before != nullptr ? *before : resource::MeshConfig();
  auto& policy = config.outbound_traffic_policy;
  policy.value.mode = configuration.outbound;
  policy.range = configuration.outbound.range;
  policy.node = configuration.outbound.node;
  resource::Resource out;
  out.kind = resource::Kind::MeshConfig;
  out.node = configuration.outbound.node;
  out.range = configuration.outbound.range;
  out.spec_range = out.range;
  out.body = std::move(config);
  return out;
}

Diagnostics with_levels(const Diagnostics& findings, const Configuration& configuration,
                        const std::function<std::string(const std::string&)>& relative) {
  if (configuration.rules.empty() && configuration.per_path.empty()) return findings;
  std::map<std::string, std::map<std::string_view, Level>, std::less<>> by_path;
  const auto levels_of = [&](const std::string& path) -> const auto& {
    const auto [known, added] = by_path.try_emplace(path);
    if (!added) return known->second;
    for (const RuleLevel& one : configuration.rules) known->second[one.rule] = one.level;
    const std::string own = configuration.per_path.empty() ? path : relative(path);
    for (const PathRules& paths : configuration.per_path) {
      if (paths.paths.covers(own) == paths.paths.negated()) continue;
      for (const RuleLevel& one : paths.rules) known->second[one.rule] = one.level;
    }
    return known->second;
  };
  Diagnostics out;
  for (const Diagnostic& finding : findings) {
    const auto& levels = levels_of(path_of(finding));
    const auto level = levels.find(finding.rule.id);
    if (level == levels.end()) {
      out.add(finding);
    } else if (level->second != Level::Off) {
      Diagnostic changed = finding;
      changed.severity = static_cast<Severity>(static_cast<int>(level->second) - 1);
      out.add(std::move(changed));
    }
  }
  return out;
}

}  // namespace egressctl::lint
