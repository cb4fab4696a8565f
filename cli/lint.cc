// egressctl lint and egressctl validate: what is wrong with manifests that exist.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/input.h"
#include "cli/report.h"
#include "lib/lint/linter.h"

namespace egressctl::cli {
namespace {

using Sources = std::vector<std::unique_ptr<const Source>>;

enum class Profile { Default, Posture };

struct Flags {
  std::vector<std::string> paths;
  render::Format format = render::Format::Text;
  Profile profile = Profile::Default;
  std::string istio_version;
  std::string name_space = "default";
  std::string root_namespace;
  std::string cluster_domain;
  std::string mesh_config;
  std::size_t threads = 0;
};

std::optional<std::string> given(const std::string& flag) {
  return flag.empty() ? std::nullopt : std::optional(flag);
}

Result<lint::Options> options_of(const Flags& flags) {
  lint::Options options;
  options.posture = flags.profile == Profile::Posture;
  options.mesh.default_namespace = flags.name_space;
  options.mesh.root_namespace = given(flags.root_namespace);
  options.mesh.cluster_domain = given(flags.cluster_domain);
  if (flags.istio_version.empty()) return options;
  options.mesh.istio_version = parse_istio_version(flags.istio_version);
  if (!options.mesh.istio_version)
    return fail(ErrorCode::Usage, fmt::format("--istio-version: \"{}\" is no release of Istio; "
                                              "write it as in \"1.30\"",
                                              flags.istio_version));
  return options;
}

Result<Sources> read_all(const std::vector<std::string>& paths) {
  Sources sources;
  for (const std::string& path : paths) {
    auto source = read_input(path);
    if (!source) return tl::unexpected(source.error());
    sources.push_back(*std::move(source));
  }
  return sources;
}

ExitCode run(Context& context, const Flags& flags, lint::Depth depth) {
  auto options = options_of(flags);
  if (!options) return report(context, options.error());
  auto sources = read_all(flags.paths);
  if (!sources) return report(context, sources.error());
  const lint::Workspace workspace(*std::move(sources), flags.threads);
  std::optional<lint::Workspace> mesh;
  if (!flags.mesh_config.empty()) {
    auto file = read_all({flags.mesh_config});
    if (!file) return report(context, file.error());
    mesh.emplace(*std::move(file), 1);
    for (const resource::Resource& resource : mesh->resources())
      if (resource.mesh_config() != nullptr) options->mesh.mesh_resource = &resource;
    if (options->mesh.mesh_resource == nullptr)
      return report(context,
                    Error{ErrorCode::Usage,
                          fmt::format("--mesh-config: {} has no MeshConfig: neither the ConfigMap "
                                      "\"istio\", nor Helm values, nor a MeshConfig itself",
                                      flags.mesh_config)});
  }
  const render::Totals totals{.files = workspace.sources().size(),
                              .documents = workspace.documents(),
                              .resources = workspace.resources().size()};
  return report_results(context, lint::lint(workspace, *options, depth, flags.threads), totals,
                        flags.format);
}

void add_checking_command(CLI::App& app, Context& context, const CommandText& text,
                          lint::Depth depth) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = add_command(app, context, text,
                                  [flags, depth, &context] { return run(context, *flags, depth); });
  command.add_option("PATH", flags->paths, "Files; - is standard input")->required();
  add_format(command, "-o,--output", flags->format, "Form of the findings");
  if (depth == lint::Depth::Everything) {
    add_choice<Profile>(command, "--profile", flags->profile,
                        {{"default", Profile::Default}, {"posture", Profile::Posture}},
                        "Which rules: posture reports what is absent, too");
    command.add_option("--root-namespace", flags->root_namespace, "Istio's root namespace")
        ->type_name("NAMESPACE");
    command.add_option("--cluster-domain", flags->cluster_domain, "The cluster's DNS domain")
        ->type_name("DOMAIN");
    command.add_option("--mesh-config", flags->mesh_config, "A MeshConfig from outside the set")
        ->type_name("FILE");
  }
  command.add_option("--istio-version", flags->istio_version, "The release that they must run on")
      ->type_name("VERSION");
  command
      .add_option("-n,--namespace", flags->name_space, "The namespace of resources that name none")
      ->capture_default_str();
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
