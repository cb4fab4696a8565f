#include "cli/configuration.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/report.h"
#include "lib/base/text.h"
#include "lib/yaml/emit.h"

namespace egressctl::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNames[] = {".egressctl.yaml", ".egressctl.yml"};
constexpr std::string_view kPathVariable = "EGRESSCTL_CONFIG";
constexpr std::string_view kOriginOfDefaults = "default";

std::string variable(const Environment& environment, std::string_view name) {
  const auto found = environment.settings.find(std::string(name));
  return found != environment.settings.end() ? found->second : std::string();
}

// The path as it is seen from the current folder, or absolute where that is shorter.
std::string shown(const fs::path& path) {
  if (path.is_relative()) return path.string();
  std::error_code error;
  const std::string near = path.lexically_proximate(fs::current_path(error)).string();
  return near.size() < path.string().size() ? near : path.string();
}

// The file of the set that the current folder belongs to; empty when there is none.
fs::path discover() {
  std::error_code error;
  for (fs::path folder = fs::current_path(error); !folder.empty(); folder = folder.parent_path()) {
    for (const std::string_view name : kNames)
      if (fs::exists(folder / name, error)) return folder / name;
    if (fs::exists(folder / ".git", error) || folder == folder.root_path()) break;
  }
  return {};
}

// The option of a flag, of the command or of the program; nullptr when neither has it.
const CLI::Option* option_of(const CLI::App& command, std::string_view flag) {
  const std::string name(flag);
  const CLI::Option* own = command.get_option_no_throw(name);
  const CLI::App* parent = command.get_parent();
  if (own == nullptr || own->count() > 0 || parent == nullptr) return own;
  const CLI::Option* general = parent->get_option_no_throw(name);
  return general != nullptr && general->count() > 0 ? general : own;
}

bool is_path(std::string_view key) {
  return key == "baseline" || key == "mesh.meshConfig";
}

Result<Setting> effective(const lint::SettingInfo& info, const CLI::Option* option,
                          const Environment& environment, const ConfigurationFile& file) {
  if (option != nullptr && option->count() > 0)
    return Setting{option->results().back(), std::string(info.flag)};
  const std::string name = info.flag.empty() ? std::string() : lint::variable_of(info.flag);
  const std::string value = variable(environment, name);
  if (!value.empty()) {
    if (!info.words.empty() &&
        std::find(info.words.begin(), info.words.end(), value) == info.words.end())
      return fail(ErrorCode::Usage, fmt::format("{}: unknown value \"{}\"; expected one of {}",
                                                name, value, fmt::join(info.words, ", ")));
    return Setting{value, name};
  }
  const auto written = file.content.settings.find(info.key);
  if (written == file.content.settings.end())
    return Setting{std::string(info.default_value), std::string(kOriginOfDefaults)};
  const lint::Located& text = written->second;
  return Setting{is_path(info.key) ? shown(file.folder / text.text) : text.text,
                 location(text.range)};
}

// A line with the origin behind it, in one column.
std::string line(const std::string& text, std::string_view origin) {
  constexpr std::size_t kColumn = 40;
  return fmt::format("{:{}} # {}\n", text, kColumn, origin);
}

std::string rules_lines(const std::vector<lint::RuleLevel>& rules, std::string_view indent) {
  std::string out;
  for (const lint::RuleLevel& rule : rules)
    out += line(fmt::format("{}{}: {}", indent, rule.rule, lint::to_string(rule.level)),
                location(rule.range));
  return out;
}

}  // namespace

void add_configuration_flags(CLI::App& command, ConfigurationFlags& flags) {
  command
      .add_option("--config", flags.path,
                  "The configuration file; else .egressctl.yaml of this folder or one above")
      ->type_name("FILE");
  command.add_flag("--no-config", flags.none, "Read no configuration file");
}

std::optional<ConfigurationFile> read_configuration_file(Context& context,
                                                         const ConfigurationFlags& flags) {
  ConfigurationFile out;
  if (flags.none) return out;
  fs::path path = flags.path;
  if (path.empty()) path = variable(context.environment, kPathVariable);
  if (path.empty()) path = discover();
  if (path.empty()) return out;
  path = shown(path);
  auto source = read_input(path.string());
  if (!source) {
    static_cast<void>(report(context, source.error()));
    return std::nullopt;
  }
  std::error_code error;
  out.source = *std::move(source);
  out.folder = fs::absolute(path, error).lexically_normal().parent_path();
  Diagnostics findings;
  auto content = lint::read_configuration(*out.source, findings);
  const bool usable = content.has_value();
  static_cast<void>(report(context, std::move(findings), {.files = 1}));
  if (!usable) return std::nullopt;
  out.content = *std::move(content);
  return out;
}

Exclusion exclusion_of(const ConfigurationFile& file) {
  Exclusion out;
  out.base = file.folder;
  for (const lint::Located& pattern : file.content.exclude) out.patterns.add(pattern.text);
  return out;
}

Result<std::map<std::string_view, Setting>> effective_settings(const CLI::App& command,
                                                               const Environment& environment,
                                                               const ConfigurationFile& file) {
  std::map<std::string_view, Setting> out;
  for (const lint::SettingInfo& info : lint::settings()) {
    const CLI::Option* option = info.flag.empty() ? nullptr : option_of(command, info.flag);
    if (option == nullptr && !info.flag.empty()) continue;
    auto setting = effective(info, option, environment, file);
    if (!setting) return tl::unexpected(setting.error());
    out.emplace(info.key, *std::move(setting));
  }
  return out;
}

std::string show_configuration(const std::map<std::string_view, Setting>& settings,
                               const ConfigurationFile& file) {
  constexpr std::string_view kMesh = "mesh.";
  std::string general;
  std::string mesh;
  for (const lint::SettingInfo& info : lint::settings()) {
    const auto known = settings.find(info.key);
    if (known == settings.end()) continue;
    const bool of_mesh = info.key.starts_with(kMesh);
    const std::string_view key = of_mesh ? info.key.substr(kMesh.size()) : info.key;
    const std::string& value = known->second.value;
    (of_mesh ? mesh : general) +=
        line(fmt::format("{}{}: {}", of_mesh ? "  " : "", key,
                         value.empty() ? "null" : yaml::emit_string(value)),
             known->second.origin);
  }
  std::string out = fmt::format("# configuration file: {}\n",
                                file.source != nullptr ? file.source->path() : "none");
  out += general;
  if (!mesh.empty()) out += "mesh:\n" + mesh;
  const lint::Configuration& content = file.content;
  if (!content.exclude.empty()) out += "exclude:\n";
  for (const lint::Located& pattern : content.exclude)
    out += line("- " + yaml::emit_string(pattern.text), location(pattern.range));
  if (!content.rules.empty()) out += "rules:\n" + rules_lines(content.rules, "  ");
  if (!content.per_path.empty()) out += "per-path:\n";
  for (const lint::PathRules& paths : content.per_path)
    out += fmt::format("  {}:\n    rules:\n{}", yaml::emit_string(paths.pattern.text),
                       rules_lines(paths.rules, "      "));
  return out;
}

}  // namespace egressctl::cli
