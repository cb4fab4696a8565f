// egressctl generate: from specs to manifests, on standard output or into a folder.
#include "lib/generate/generate.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/report.h"
#include "cli/spec_input.h"
#include "lib/base/unified_diff.h"
#include "lib/generate/layout.h"
#include "lib/generate/output_tree.h"
#include "lib/generate/template_set.h"
#include "lib/yaml/emit.h"
#include "lib/yaml/load.h"

namespace egressctl::cli {
namespace {

using generate::FileState;
using generate::Layout;
using generate::PlannedFile;

enum class Form { Yaml, Json };

struct Flags {
  std::vector<std::string> files;
  std::string out_dir;
  Layout layout = Layout::File;
  Form form = Form::Yaml;
  std::string templates;
  bool check = false;
  bool diff = false;
  bool prune = false;
  bool force = false;
};

// A `kind: List` of the manifests, as `kubectl get -o json` prints one.
std::string to_json_list(const std::string& stream) {
  Diagnostics diagnostics;
  const Source source("", stream);
  std::string items;
  for (const yaml::Document& document : yaml::load(source, diagnostics))
    items += (items.empty() ? "" : ",\n") + yaml::to_json(document.root());
  return fmt::format("{{\n\"apiVersion\": \"v1\",\n\"kind\": \"List\",\n\"items\": [\n{}\n]\n}}\n",
                     items);
}

bool differs(FileState state) {
  return state != FileState::Unchanged;
}

bool is_by_hand(FileState state) {
  return state == FileState::Edited || state == FileState::Foreign;
}

std::string_view words(FileState state) {
  switch (state) {
    case FileState::Unchanged: return "is up to date";
    case FileState::Missing: return "is missing";
    case FileState::Outdated: return "is out of date";
    case FileState::Edited: return "was changed by hand";
    case FileState::Foreign: return "was not made by egressctl";
    case FileState::Stale: return "is no longer generated";
  }
  return "";
}

std::string diff_of(const PlannedFile& file) {
  const std::string before = file.state == FileState::Missing ? "/dev/null" : "a/" + file.path;
  const std::string after = file.state == FileState::Stale ? "/dev/null" : "b/" + file.path;
  return unified_diff(before, after, file.present, file.wanted);
}

// Brings a folder to what was generated, or only says what is different.
class Writer {
 public:
  Writer(Context& context, const Flags& flags) : context_(context), flags_(flags) {}

  ExitCode run(const std::vector<generate::OutputFile>& files) {
    const auto planned = generate::compare(files, flags_.out_dir);
    if (!planned) return report(context_, planned.error());
    if (flags_.check || flags_.diff) return show(*planned);
    for (const PlannedFile& file : *planned)
      if (const auto done = apply(file); !done) return report(context_, done.error());
    say(context_, fmt::format("{} written, {} unchanged, {} deleted in {}", written_, unchanged_,
                              deleted_, flags_.out_dir));
    return kept_ == 0 ? ExitCode::Done : ExitCode::Findings;
  }

 private:
  // A stale file counts where --prune would delete it or nobody asked to keep it out of --check.
  ExitCode show(const std::vector<PlannedFile>& planned) {
    bool any = false;
    for (const PlannedFile& file : planned) {
      if (!differs(file.state)) continue;
      any = true;
      if (flags_.diff) context_.out.write(diff_of(file));
      if (flags_.check) note(file, words(file.state));
    }
    return any && flags_.check ? ExitCode::Findings : ExitCode::Done;
  }

  Result<void> apply(const PlannedFile& file) {
    const std::filesystem::path path = std::filesystem::path(flags_.out_dir) / file.path;
    if (file.state == FileState::Unchanged) {
      ++unchanged_;
      return {};
    }
    if (file.state == FileState::Stale) return prune(file, path);
    if (is_by_hand(file.state) && !flags_.force) {
      ++kept_;
      note(file, fmt::format("{} and stays as it is; --force replaces it", words(file.state)));
      return {};
    }
    ++written_;
    return generate::write_file(path, file.wanted);
  }

  Result<void> prune(const PlannedFile& file, const std::filesystem::path& path) {
    if (!flags_.prune) {
      if (!context_.flags.quiet)
        note(file, fmt::format("{}; --prune deletes it", words(file.state)));
      return {};
    }
    ++deleted_;
    std::error_code error;
    std::filesystem::remove(path, error);
    if (error)
      return fail(ErrorCode::Io,
                  fmt::format("can't delete {}: {}", path.string(), error.message()));
    return {};
  }

  void note(const PlannedFile& file, std::string_view text) {
    const auto path = std::filesystem::path(flags_.out_dir) / file.path;
    context_.err.write(fmt::format("{} {}\n", path.string(), text));
  }

  Context& context_;
  const Flags& flags_;
  int written_ = 0;
  int unchanged_ = 0;
  int deleted_ = 0;
  int kept_ = 0;
};

// What the flags ask for and can't have together; empty when they can.
std::string contradiction(const Flags& flags) {
  const bool folder = !flags.out_dir.empty();
  if (!folder && flags.layout != Layout::File)
    return "this --layout has many files: give --out-dir";
  if (!folder && (flags.check || flags.diff || flags.prune || flags.force))
    return "--check, --diff, --prune and --force are about files: give --out-dir";
  if (folder && flags.form == Form::Json) return "--out-dir writes YAML; -o json goes to stdout";
  if (flags.prune && (flags.check || flags.diff))
    return "--prune deletes, --check and --diff change nothing: choose one";
  return {};
}

Result<generate::TemplateSet> templates_for(const Flags& flags, Diagnostics& diagnostics) {
  if (flags.templates.empty()) return generate::TemplateSet::embedded();
  return generate::TemplateSet::with_overrides(flags.templates, diagnostics);
}

ExitCode emit(Context& context, const Flags& flags, const SpecInput& input,
              const std::vector<generate::Manifest>& manifests) {
  if (!flags.out_dir.empty())
    return Writer(context, flags).run(generate::lay_out(manifests, flags.layout, input.specs));
  const std::string stream = generate::to_stream(manifests);
  context.out.write(flags.form == Form::Json ? to_json_list(stream) : stream);
  return ExitCode::Done;
}

ExitCode run(Context& context, const Flags& flags) {
  if (const std::string wrong = contradiction(flags); !wrong.empty())
    return report(context, Error{ErrorCode::Usage, wrong});
  Diagnostics diagnostics;
  const auto input = read_specs(flags.files, diagnostics);
  if (!input) return report(context, input.error());
  const auto templates = templates_for(flags, diagnostics);
  if (!templates) return report(context, templates.error());
  const bool helm = flags.layout == Layout::Helm;
  if (helm && input->specs.size() > 1)
    return report(context, Error{ErrorCode::Usage, "a chart is made of one spec; give one"});
  const auto target = helm ? generate::Target::HelmChart : generate::Target::Manifest;
  const auto manifests = generate::generate(input->specs, *templates, target, diagnostics);
  const render::Totals totals{.files = input->sources.size(),
                              .documents = input->documents.size(),
                              .resources = manifests.size()};
  const bool usable = !diagnostics.any(Severity::Error);
  const ExitCode found = report(context, std::move(diagnostics), totals);
  if (!usable) return ExitCode::Findings;
  const ExitCode written = emit(context, flags, *input, manifests);
  return written == ExitCode::Done ? found : written;
}

}  // namespace

void add_generate(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = add_command(
      app, context,
      {.name = "generate",
       .summary = "Write all manifests that the specs ask for",
       .examples = {"egressctl generate egress.yaml | kubectl apply -f -",
                    "egressctl generate egress.yaml --out-dir manifests --layout kustomize"}},
      [flags, &context] { return run(context, *flags); });
  command.add_option("FILE", flags->files, "Specs; - is standard input")->required();
  command.add_option("--out-dir", flags->out_dir, "Write files into this folder")->type_name("DIR");
  add_choice(command, "--layout", flags->layout,
             {{"file", Layout::File},
              {"resource", Layout::Resource},
              {"kustomize", Layout::Kustomize},
              {"helm", Layout::Helm}},
             "How files are cut");
  add_choice(command, "-o,--output", flags->form, {{"yaml", Form::Yaml}, {"json", Form::Json}},
             "Form of the stream on standard output");
  command.add_option("--templates", flags->templates, "Templates in place of the embedded ones")
      ->type_name("DIR");
  command.add_flag("--check", flags->check, "Write nothing; exit 1 when the folder differs");
  command.add_flag("--diff", flags->diff, "Write nothing; show what would change");
  command.add_flag("--prune", flags->prune, "Delete generated files that no spec makes any more");
  command.add_flag("--force", flags->force, "Replace files that were changed by hand, too");
}

}  // namespace egressctl::cli
