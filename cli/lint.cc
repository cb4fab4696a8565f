// egressctl lint and egressctl validate: what is wrong with manifests that exist.
#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/configuration.h"
#include "cli/crds.h"
#include "cli/fixing.h"
#include "cli/flags.h"
#include "cli/input.h"
#include "cli/mesh_input.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/version.h"
#include "lib/generate/output_tree.h"
#include "lib/lint/baseline.h"
#include "lib/lint/linter.h"
#include "lib/lint/registry.h"

namespace egressctl::cli {
namespace {

enum class Profile { Default, Posture };

struct Flags {
  std::vector<std::string> paths;
  std::vector<std::string> exclude;
  std::string stdin_filename;
  bool allow_empty = false;
  bool passthrough = false;
  ResultOptions results;
  bool exit_zero = false;
  ConfigurationFlags configuration;
  bool show_config = false;
  std::vector<std::string> crds;
  std::string baseline;
  std::string write_baseline;
  bool prune_baseline = false;
  Profile profile = Profile::Default;
  MeshFlags mesh;
  bool no_suppressions = false;
  bool fix = false;
  bool unsafe_fixes = false;
  bool diff = false;
  std::size_t threads = 0;
};

// The first address among them; others are names of issues and sources.
std::string_view first_page(std::span<const std::string_view> references) {
  const auto found =
      std::find_if(references.begin(), references.end(),
                   [](std::string_view reference) { return reference.starts_with("https://"); });
  return found != references.end() ? *found : std::string_view();
}

std::vector<render::RuleText> rule_texts() {
  std::vector<render::RuleText> out;
  for (const lint::Rule* rule : lint::all_rules()) {
    const lint::RuleInfo& info = rule->info;
    out.push_back({.id = info.id.id,
                   .name = info.id.name,
                   .severity = info.id.severity,
                   .summary = info.summary,
                   .why = info.why,
                   .mend = info.mend,
                   .page = first_page(info.references)});
  }
  return out;
}

// How many resources there are of kinds that nothing is known of.
std::string unknown_kinds(const lint::Workspace& workspace) {
  std::map<std::string_view, std::size_t> counts;
  for (const resource::Resource& resource : workspace.resources())
    if (resource.kind == resource::Kind::Unknown) ++counts[*resource.kind_name];
  std::string out;
  for (const auto& [kind, count] : counts)
    out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", kind, count);
  return out;
}

void say_what_was_read(Context& context, const lint::Workspace& workspace) {
  say(context,
      fmt::format("read {} resources in {} documents of {} files", workspace.resources().size(),
                  workspace.documents(), workspace.sources().size()));
  const std::string unknown = unknown_kinds(workspace);
  if (!unknown.empty()) say(context, fmt::format("kinds that no rule looks at: {}", unknown));
}

// Input without a single object is a mistake of whoever chose it, which must not look like success.
ExitCode complain_of_nothing(Context& context, const Flags& flags, std::size_t files) {
  return report(context, Error{ErrorCode::Usage, no_object_in(flags.paths, files) +
                                                     "; --allow-empty takes that for success"});
}

InputOptions input_options(const Flags& flags, const ConfigurationFile& file) {
  InputOptions out;
  if (!flags.stdin_filename.empty()) out.stdin_name = flags.stdin_filename;
  // Each list of patterns has a base of its own, and takes back in only what it left out itself.
  out.exclusions.push_back(exclusion_of(file));
  Exclusion& excluded = out.exclusions.emplace_back();
  std::error_code error;
  excluded.base = std::filesystem::current_path(error);
  for (const std::string& pattern : flags.exclude) excluded.patterns.add(pattern);
  return out;
}

template <typename E, std::size_t N>
E word_of(const std::string& text, const std::array<std::pair<std::string_view, E>, N>& words) {
  for (const auto& [word, value] : words)
    if (word == text) return value;
  return words.front().second;
}

// Puts the settings where the flags are.
void take(const std::map<std::string_view, Setting>& settings, Context& context, Flags& flags) {
  constexpr std::array<std::pair<std::string_view, FailOn>, 4> kFailOn = {
      {{"error", FailOn::Error},
       {"warning", FailOn::Warning},
       {"info", FailOn::Info},
       {"never", FailOn::Never}}};
  constexpr std::array<std::pair<std::string_view, Severity>, 3> kSeverities = {
      {{"info", Severity::Info}, {"warning", Severity::Warning}, {"error", Severity::Error}}};
  const auto value = [&](std::string_view key) {
    const auto found = settings.find(key);
    return found != settings.end() ? found->second.value : std::string();
  };
  context.flags.fail_on = flags.exit_zero ? FailOn::Never : word_of(value("fail-on"), kFailOn);
  flags.results.least = word_of(value("min-severity"), kSeverities);
  flags.profile = value("profile") == "posture" ? Profile::Posture : Profile::Default;
  flags.baseline = value("baseline");
  take_mesh_settings(settings, flags.mesh);
}

// The baseline in use, and the file that it came from.
struct KnownFindings {
  std::unique_ptr<const Source> source;  // nullptr: none
  lint::Baseline entries;
  lint::BaselineResult last;  // of the last check
};

std::optional<ExitCode> read_known(Context& context, const Flags& flags, KnownFindings& known) {
  if (flags.baseline.empty()) {
    if (flags.prune_baseline)
      return report(context, Error{ErrorCode::Usage, "--prune-baseline needs a --baseline"});
    return std::nullopt;
  }
  if (!flags.write_baseline.empty()) return std::nullopt;
  auto source = read_input(flags.baseline);
  if (!source) return report(context, source.error());
  known.source = *std::move(source);
  Diagnostics wrong;
  auto entries = lint::read_baseline(*known.source, wrong);
  if (entries) {
    known.entries = *std::move(entries);
    return std::nullopt;
  }
  static_cast<void>(report(context, std::move(wrong), {.files = 1}));
  return ExitCode::Usage;
}

ExitCode write_known(Context& context, const std::string& path, const Diagnostics& findings) {
  const auto written = generate::write_file(path, lint::to_yaml(lint::baseline_of(findings)));
  if (!written) return report(context, written.error());
  say(context, fmt::format("wrote {} findings to {}", findings.size(), path), 0);
  return ExitCode::Done;
}

// Findings about the baseline, or what was done about them.
Result<Diagnostics> stale_findings(Context& context, const Flags& flags,
                                   const KnownFindings& known) {
  if (known.last.hidden > 0)
    say(context, fmt::format("{} findings are in {}", known.last.hidden, flags.baseline));
  if (!flags.prune_baseline || known.last.stale.empty()) return known.last.stale;
  const auto written = generate::write_file(flags.baseline, lint::to_yaml(known.last.needed));
  if (!written) return tl::unexpected(written.error());
  say(context,
      fmt::format("{} of {} entries of {} are left", known.last.needed.size(), known.entries.size(),
                  flags.baseline),
      0);
  return Diagnostics();
}

// What does not go together, or stands for other flags.
Result<void> complete(Flags& flags) {
  const bool standard_input = std::count(flags.paths.begin(), flags.paths.end(), "-") > 0;
  if (flags.passthrough) {
    if (flags.paths.empty()) flags.paths.emplace_back("-");
    if (flags.paths != std::vector<std::string>{"-"} || flags.fix || flags.diff)
      return fail(ErrorCode::Usage, "--passthrough is for standard input alone, as it is");
  }
  if (flags.fix && !flags.diff && standard_input && flags.paths.size() > 1)
    return fail(ErrorCode::Usage,
                "--fix: standard input is fixed to standard output; name no files beside it");
  if (flags.paths.empty()) flags.paths.emplace_back(".");
  flags.results.to_messages = flags.passthrough || (flags.fix && !flags.diff && standard_input);
  return {};
}

// A path as seen from the folder of the configuration.
std::string relative_to(const std::filesystem::path& folder, const std::string& path) {
  std::error_code error;
  return std::filesystem::absolute(path, error).lexically_normal().lexically_relative(folder);
}

// One run, when all settings are known.
class Run {
 public:
  Run(Context& context, const Flags& flags, lint::Depth depth, const ConfigurationFile& file)
      : context_(context), flags_(flags), depth_(depth), file_(file) {}

  ExitCode run() {
    auto mesh = read_mesh_flags(flags_.mesh);
    if (!mesh) return report(context_, mesh.error());
    options_.mesh = mesh->options;
    options_.posture = flags_.profile == Profile::Posture;
    options_.suppressions = !flags_.no_suppressions;
    if (const auto exit = read_known(context_, flags_, known_)) return *exit;
    if (!flags_.crds.empty()) {
      auto crds = read_crds(flags_.crds);
      if (!crds) return report(context_, crds.error());
      crds_ = *std::move(crds);
    }

    const InputOptions input = input_options(flags_, file_);
    Inputs inputs = read_inputs(flags_.paths, input);
    if (mesh->mesh_config != nullptr && !reads(inputs, *mesh->mesh_config))
      mesh_findings_ = findings_of(*mesh->mesh_config, *mesh->options.mesh_resource);
    if (flags_.passthrough && !inputs.sources.empty())
      context_.out.write(inputs.sources.front()->text());
    const Check again = [this](auto sources) { return check(std::move(sources)); };
    CheckedSet checked = check(std::move(inputs.sources));
    say_what_was_read(context_, *checked.workspace);
    if (!flags_.write_baseline.empty()) {
      const ExitCode exit = write_known(context_, flags_.write_baseline, checked.findings);
      if (exit != ExitCode::Done) return exit;
      checked.findings = {};
    }
    if (flags_.write_baseline.empty() && (flags_.fix || flags_.diff)) {
      FixedSet fixed = fix_all(std::move(checked), flags_.unsafe_fixes, again);
      if (flags_.diff) {
        context_.out.write(diff_of(fixed));
        return fixed.files.empty() ? ExitCode::Done : ExitCode::Findings;
      }
      if (auto written = write_fixed(context_, fixed, input.stdin_name); !written)
        return report(context_, written.error());
      checked = std::move(fixed.checked);
    }
    return tell(checked, std::move(inputs.problems));
  }

 private:
  CheckedSet check(std::vector<std::unique_ptr<const Source>> sources) {
    const Progress progress(context_.err, context_.err.is_terminal() && !context_.flags.quiet,
                            fmt::format("checking {} files ...", sources.size()));
    CheckedSet out;
    out.workspace = std::make_unique<const lint::Workspace>(std::move(sources), flags_.threads);
    lint::Options options = options_;
    const auto mesh_config = lint::overridden_mesh_config(file_.content, out.workspace->resources(),
                                                          options.mesh.mesh_resource);
    if (mesh_config) options.mesh.mesh_resource = &*mesh_config;
    out.findings = lint::with_levels(
        lint::lint(*out.workspace, options, depth_, flags_.threads, &crds_.schemas), file_.content,
        [this](const std::string& path) { return relative_to(file_.folder, path); });
    if (known_.source == nullptr) return out;
    known_.last = lint::apply_baseline(known_.entries, out.findings, *out.workspace);
    out.findings = std::move(known_.last.findings);
    return out;
  }

  static bool reads(const Inputs& inputs, const lint::Workspace& workspace) {
    std::error_code error;
    return std::any_of(inputs.sources.begin(), inputs.sources.end(), [&](const auto& source) {
      return std::filesystem::equivalent(source->path(), workspace.sources().front()->path(),
                                         error);
    });
  }

  // What is wrong in a MeshConfig from outside of the set: istiod would not have what it says.
  static Diagnostics findings_of(const lint::Workspace& workspace,
                                 const resource::Resource& mesh_config) {
    Diagnostics out;
    for (const Diagnostic& finding : lint::lint(workspace, {}, lint::Depth::Structure, 1))
      if (workspace.at(finding.range) == &mesh_config) out.add(finding);
    return out;
  }

  // The output that would be written over a file that was read; nullptr when there is none.
  [[nodiscard]] const ResultOutput* output_over_input(const lint::Workspace& workspace) const {
    std::error_code error;
    for (const ResultOutput& output : flags_.results.outputs) {
      if (output.file.empty() || !std::filesystem::exists(output.file, error)) continue;
      for (const auto& source : workspace.sources())
        if (std::filesystem::equivalent(output.file, source->path(), error)) return &output;
    }
    return nullptr;
  }

  // Reports what is left.
  ExitCode tell(CheckedSet& checked, Diagnostics problems) {
    if (const ResultOutput* output = output_over_input(*checked.workspace))
      return report(context_,
                    Error{ErrorCode::Usage,
                          fmt::format("{} is read: the findings must go elsewhere", output->file)});
    const render::Totals totals{.files = checked.workspace->sources().size(),
                                .documents = checked.workspace->documents(),
                                .resources = checked.workspace->resources().size(),
                                .version = program_version(),
                                .rules = rule_texts};
    const bool unreadable = problems.any(Severity::Error);
    Diagnostics findings = std::move(checked.findings);
    auto stale = stale_findings(context_, flags_, known_);
    if (!stale) return report(context_, stale.error());
    findings.append(*std::move(stale));
    findings.append(std::move(crds_.findings));
    findings.append(std::move(mesh_findings_));
    findings.append(std::move(problems));
    const bool nothing = totals.resources == 0 && findings.empty() && !flags_.allow_empty;
    const ExitCode exit = report_results(context_, std::move(findings), totals, flags_.results);
    if (nothing) return complain_of_nothing(context_, flags_, totals.files);
    return unreadable ? ExitCode::Failure : exit;
  }

  Context& context_;
  const Flags& flags_;
  lint::Depth depth_;
  const ConfigurationFile& file_;
  lint::Options options_;
  KnownFindings known_;
  Crds crds_;
  Diagnostics mesh_findings_;  // of --mesh-config
};

ExitCode run(Context& context, const CLI::App& command, Flags& flags, lint::Depth depth) {
  if (auto right = complete(flags); !right) return report(context, right.error());
  const auto file = read_configuration_file(context, flags.configuration);
  if (!file) return ExitCode::Usage;
  const auto settings = effective_settings(command, context.environment, *file);
  if (!settings) return report(context, settings.error());
  if (flags.show_config) {
    context.out.write(show_configuration(*settings, *file));
    return ExitCode::Done;
  }
  take(*settings, context, flags);
  return Run(context, flags, depth, *file).run();
}

void add_input_flags(CLI::App& command, Flags& flags) {
  command.add_option("PATH", flags.paths,
                     "Files, folders and patterns; - is standard input; none: this folder");
  command
      .add_option("--exclude", flags.exclude,
                  "Leave out of folders what matches, as in a .gitignore; may be repeated")
      ->type_name("PATTERN")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
  command.add_option("--stdin-filename", flags.stdin_filename, "What standard input is called")
      ->type_name("NAME");
  command.add_flag("--allow-empty", flags.allow_empty, "Input without any object is no mistake");
  command.add_flag("--passthrough", flags.passthrough,
                   "Copy standard input to standard output, findings to standard error: for "
                   "`helm install --post-renderer`");
}

void add_result_flags(CLI::App& command, Flags& flags) {
  add_outputs(command, "-o,--output", flags.results.outputs,
              "Form of the findings, and where they go");
  add_choice<Severity>(
      command, "--min-severity", flags.results.least,
      {{"error", Severity::Error}, {"warning", Severity::Warning}, {"info", Severity::Info}},
      "Show what is this severe; --fail-on does not depend on it");
  command.add_flag("--exit-zero", flags.exit_zero, "The same as --fail-on never");
}

void add_fix_flags(CLI::App& command, Flags& flags) {
  command.add_flag("--fix", flags.fix,
                   "Mend what can be mended without changing where traffic goes");
  command.add_flag("--unsafe-fixes", flags.unsafe_fixes,
                   "With --fix or --diff: what may change where traffic goes, too");
  command.add_flag("--diff", flags.diff, "Show what --fix would change, and write nothing");
}

void add_baseline_flags(CLI::App& command, Flags& flags) {
  command
      .add_option("--baseline", flags.baseline, "Do not report the findings that this file lists")
      ->type_name("FILE");
  command
      .add_option("--write-baseline", flags.write_baseline,
                  "Write a file that lists all findings, and report none")
      ->type_name("FILE");
  command.add_flag("--prune-baseline", flags.prune_baseline,
                   "Take out of --baseline what is found no more");
}

void add_checking_command(CLI::App& app, Context& context, const CommandText& text,
                          lint::Depth depth) {
  const auto flags = std::make_shared<Flags>();
  const auto self = std::make_shared<const CLI::App*>(nullptr);
  CLI::App& command = add_command(app, context, text, [flags, self, depth, &context] {
    return run(context, **self, *flags, depth);
  });
  *self = &command;
  add_input_flags(command, *flags);
  add_result_flags(command, *flags);
  if (depth == lint::Depth::Everything) {
    add_choice<Profile>(command, "--profile", flags->profile,
                        {{"default", Profile::Default}, {"posture", Profile::Posture}},
                        "Which rules: posture reports what is absent, too");
    add_mesh_flags(command, flags->mesh);
  }
  add_resource_flags(command, flags->mesh);
  add_fix_flags(command, *flags);
  command
      .add_option(
          "--crds", flags->crds,
          "CRDs of the cluster that count in place of the built-in schemas; may be repeated")
      ->type_name("FILE")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
  add_baseline_flags(command, *flags);
  add_configuration_flags(command, flags->configuration);
  command.add_flag("--show-config", flags->show_config,
                   "Print the settings that count and where each comes from, and do nothing");
  command.add_flag("--no-suppressions", flags->no_suppressions,
                   "Show what comments and annotations silence, too");
  command.add_option("--threads", flags->threads, "At most so many; 0: one a core")
      ->check(CLI::Range(0, 1024))
      ->type_name("N")
      ->capture_default_str();
}

}  // namespace

void add_lint(CLI::App& app, Context& context) {
  add_checking_command(app, context,
                       {.name = "lint",
                        .summary = "Find what will break or leak in manifests",
                        .examples = {"egressctl lint manifests/*.yaml",
                                     "kubectl get vs,gw,se,dr -A -o yaml | egressctl lint -"}},
                       lint::Depth::Everything);
}

void add_validate(CLI::App& app, Context& context) {
  add_checking_command(app, context,
                       {.name = "validate",
                        .summary = "Check each manifest by itself: fields, types, Istio's rules",
                        .examples = {"egressctl validate manifests/*.yaml",
                                     "helm template . | egressctl validate -"}},
                       lint::Depth::Structure);
}

}  // namespace egressctl::cli
