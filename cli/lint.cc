// egressctl lint and egressctl validate: what is wrong with manifests that exist.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/input.h"
#include "cli/mesh_input.h"
#include "cli/report.h"
#include "cli/version.h"
#include "lib/base/fixes.h"
#include "lib/base/unified_diff.h"
#include "lib/generate/output_tree.h"
#include "lib/lint/linter.h"
#include "lib/lint/registry.h"

namespace egressctl::cli {
namespace {

enum class Profile { Default, Posture };

struct Flags {
  std::vector<std::string> paths;
  std::vector<ResultOutput> outputs = {ResultOutput{}};
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

// What fixing would change, as a diff; ExitCode::Findings when that is something.
ExitCode show_fixes(Context& context, const AppliedFixes& fixes) {
  for (const FixedSource& file : fixes.sources)
    context.out.write(
        unified_diff(file.source->path(), file.source->path(), file.source->text(), file.text));
  return fixes.sources.empty() ? ExitCode::Done : ExitCode::Findings;
}

// Writes what is fixed and returns the findings that are left.
Result<Diagnostics> write_fixes(Context& context, const Diagnostics& findings,
                                const AppliedFixes& fixes) {
  for (const FixedSource& file : fixes.sources)
    if (auto written = generate::write_file(file.source->path(), file.text); !written)
      return tl::unexpected(written.error());
  Diagnostics left;
  for (std::size_t i = 0; i < findings.size(); ++i)
    if (!fixes.applied[i]) left.add(findings[i]);
  const std::size_t count = findings.size() - left.size();
  if (count > 0)
    say(context,
        fmt::format("fixed {} finding{} in {} file{}", count, count == 1 ? "" : "s",
                    fixes.sources.size(), fixes.sources.size() == 1 ? "" : "s"),
        0);
  return left;
}

bool reads_standard_input(const Flags& flags) {
  return std::find(flags.paths.begin(), flags.paths.end(), "-") != flags.paths.end();
}

ExitCode run(Context& context, const Flags& flags, lint::Depth depth) {
  if (flags.fix && !flags.diff && reads_standard_input(flags))
    return report(context, Error{ErrorCode::Usage,
                                 "--fix: standard input can't be changed; --diff shows how"});
  auto mesh = read_mesh_flags(flags.mesh);
  if (!mesh) return report(context, mesh.error());
  auto sources = read_inputs(flags.paths);
  if (!sources) return report(context, sources.error());
  const lint::Workspace workspace(*std::move(sources), flags.threads);
  lint::Options options;
  options.mesh = mesh->options;
  options.posture = flags.profile == Profile::Posture;
  options.suppressions = !flags.no_suppressions;
  const render::Totals totals{.files = workspace.sources().size(),
                              .documents = workspace.documents(),
                              .resources = workspace.resources().size(),
                              .version = program_version(),
                              .rules = rule_texts};
  Diagnostics findings = lint::lint(workspace, options, depth, flags.threads);
  if (flags.fix || flags.diff) {
    const AppliedFixes fixes = apply_fixes(findings, flags.unsafe_fixes);
    if (flags.diff) return show_fixes(context, fixes);
    auto left = write_fixes(context, findings, fixes);
    if (!left) return report(context, left.error());
    findings = *std::move(left);
  }
  return report_results(context, std::move(findings), totals, flags.outputs);
}

void add_checking_command(CLI::App& app, Context& context, const CommandText& text,
                          lint::Depth depth) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = add_command(app, context, text,
                                  [flags, depth, &context] { return run(context, *flags, depth); });
  command.add_option("PATH", flags->paths, "Files and folders; - is standard input")->required();
  add_outputs(command, "-o,--output", flags->outputs, "Form of the findings, and where they go");
  if (depth == lint::Depth::Everything) {
    add_choice<Profile>(command, "--profile", flags->profile,
                        {{"default", Profile::Default}, {"posture", Profile::Posture}},
                        "Which rules: posture reports what is absent, too");
    add_mesh_flags(command, flags->mesh);
  }
  add_resource_flags(command, flags->mesh);
  command.add_flag("--fix", flags->fix,
                   "Mend what can be mended without changing where traffic goes");
  command.add_flag("--unsafe-fixes", flags->unsafe_fixes,
                   "With --fix or --diff: what may change where traffic goes, too");
  command.add_flag("--diff", flags->diff, "Show what --fix would change, and write nothing");
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
