// egressctl lint and egressctl validate: what is wrong with manifests that exist.
#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/fixing.h"
#include "cli/flags.h"
#include "cli/input.h"
#include "cli/mesh_input.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/version.h"
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
  Profile profile = Profile::Default;
  MeshFlags mesh;
  bool no_suppressions = false;
  bool fix = false;
  bool unsafe_fixes = false;
  bool diff = false;
  std::size_t threads = 0;
};

std::vector<render::RuleText> rule_texts() {
  std::vector<render::RuleText> out;
  for (const lint::Rule* rule : lint::all_rules()) {
    const lint::RuleInfo& info = rule->info;
    out.push_back({.id = info.id.id,
                   .name = info.id.name,
                   .severity = info.id.severity,
                   .summary = info.summary,
                   .why = info.why,
                   .mend = info.mend});
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
  return report(context, Error{ErrorCode::Usage,
                               fmt::format("{} in {}; --allow-empty takes that for success",
                                           files == 0 ? "no file ends in .yaml, .yml or .json"
                                                      : "no Kubernetes object",
                                           fmt::join(flags.paths, ", "))});
}

InputOptions input_options(const Flags& flags) {
  InputOptions out;
  if (!flags.stdin_filename.empty()) out.stdin_name = flags.stdin_filename;
  Exclusion& excluded = out.exclusions.emplace_back();
  std::error_code error;
  excluded.base = std::filesystem::current_path(error);
  for (const std::string& pattern : flags.exclude) excluded.patterns.add(pattern);
  return out;
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

ExitCode run(Context& context, Flags& flags, lint::Depth depth) {
  if (auto right = complete(flags); !right) return report(context, right.error());
  if (flags.exit_zero) context.flags.fail_on = FailOn::Never;
  auto mesh = read_mesh_flags(flags.mesh);
  if (!mesh) return report(context, mesh.error());
  lint::Options options;
  options.mesh = mesh->options;
  options.posture = flags.profile == Profile::Posture;
  options.suppressions = !flags.no_suppressions;

  const InputOptions input = input_options(flags);
  const auto check = [&](std::vector<std::unique_ptr<const Source>> sources) {
    const Progress progress(context.err, context.err.is_terminal() && !context.flags.quiet,
                            fmt::format("checking {} files ...", sources.size()));
    CheckedSet out;
    out.workspace = std::make_unique<const lint::Workspace>(std::move(sources), flags.threads);
    out.findings = lint::lint(*out.workspace, options, depth, flags.threads);
    return out;
  };
  Inputs inputs = read_inputs(flags.paths, input);
  if (flags.passthrough && !inputs.sources.empty())
    context.out.write(inputs.sources.front()->text());
  CheckedSet checked = check(std::move(inputs.sources));
  say_what_was_read(context, *checked.workspace);
  if (flags.fix || flags.diff) {
    FixedSet fixed = fix_all(std::move(checked), flags.unsafe_fixes, check);
    if (flags.diff) {
      context.out.write(diff_of(fixed));
      return fixed.files.empty() ? ExitCode::Done : ExitCode::Findings;
    }
    if (auto written = write_fixed(context, fixed, input.stdin_name); !written)
      return report(context, written.error());
    checked = std::move(fixed.checked);
  }
  const render::Totals totals{.files = checked.workspace->sources().size(),
                              .documents = checked.workspace->documents(),
                              .resources = checked.workspace->resources().size(),
                              .version = program_version(),
                              .rules = rule_texts};
  const bool unreadable = inputs.problems.any(Severity::Error);
  Diagnostics findings = std::move(checked.findings);
  findings.append(std::move(inputs.problems));
  const bool nothing = totals.resources == 0 && findings.empty() && !flags.allow_empty;
  const ExitCode exit = report_results(context, std::move(findings), totals, flags.results);
  if (nothing) return complain_of_nothing(context, flags, totals.files);
  return unreadable ? ExitCode::Failure : exit;
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

void add_checking_command(CLI::App& app, Context& context, const CommandText& text,
                          lint::Depth depth) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = add_command(app, context, text,
                                  [flags, depth, &context] { return run(context, *flags, depth); });
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
  command.add_flag("--no-suppressions", flags->no_suppressions,
                   "Show what comments and annotations silence, too");
  command.add_option("--threads", flags->threads, "At most so many; 0: one a core")
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
