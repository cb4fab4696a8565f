// Settings of the commands that read manifests: flags go before variables, these before the
// configuration file, and that before the defaults.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/input.h"
#include "lib/base/result.h"
#include "lib/lint/configuration.h"

namespace egressctl::cli {

// The configuration file of a run. All empty when there is none.
struct ConfigurationFile {
  std::unique_ptr<const Source> source;  // its path as it is shown
  std::filesystem::path folder;          // absolute; what the file's patterns and paths start from
  lint::Configuration content;
};

struct ConfigurationFlags {
  std::string path;   // --config
  bool none = false;  // --no-config
};

// Adds --config and --no-config.
void add_configuration_flags(CLI::App& command, ConfigurationFlags& flags);

// Reads the file that --config or EGRESSCTL_CONFIG names, else the first .egressctl.yaml or
// .egressctl.yml from the current folder up to the root of the git repository (or the file system).
//
// What is wrong with it is written to `context.err`; std::nullopt then, for ExitCode::Usage.
[[nodiscard]] std::optional<ConfigurationFile> read_configuration_file(
    Context& context, const ConfigurationFlags& flags);

// What the file leaves out of folders.
[[nodiscard]] Exclusion exclusion_of(const ConfigurationFile& file);

// One setting as it counts.
struct Setting {
  std::string value;
  std::string origin;  // "--fail-on", "EGRESSCTL_FAIL_ON", ".egressctl.yaml:3:10" or "default"
};

// By lint::SettingInfo::key; those whose flags the command has. Fails with ErrorCode::Usage when a
// variable holds a word that is not known. Paths in the file are made relative to the current
// folder.
[[nodiscard]] Result<std::map<std::string_view, Setting>> effective_settings(
    const CLI::App& command, const Environment& environment, const ConfigurationFile& file);

// All of that with its origin, as YAML.
[[nodiscard]] std::string show_configuration(const std::map<std::string_view, Setting>& settings,
                                             const ConfigurationFile& file);

}  // namespace egressctl::cli
