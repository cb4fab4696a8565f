#include "cli/mesh_input.h"

#include <iterator>
#include <optional>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/input.h"
#include "cli/report.h"
#include "lib/mesh/gateway_api.h"
#include "lib/topology/patches.h"

namespace egressctl::cli {
namespace {

std::optional<std::string> given(const std::string& flag) {
  return flag.empty() ? std::nullopt : std::optional(flag);
}

Result<const resource::Resource*> find_mesh_config(const lint::Workspace& workspace,
                                                   const std::string& path) {
  const resource::Resource* found = nullptr;
  for (const resource::Resource& resource : workspace.resources())
    if (resource.mesh_config() != nullptr) found = &resource;
  if (found != nullptr) return found;
  return fail(
      ErrorCode::Usage,
      fmt::format("--mesh-config: {} has no MeshConfig: neither the ConfigMap \"istio\", nor "
                  "Helm values, nor a MeshConfig itself",
                  path));
}

}  // namespace

void add_mesh_flags(CLI::App& command, MeshFlags& flags) {
  command.add_option("--root-namespace", flags.root_namespace, "Istio's root namespace")
      ->type_name("NAMESPACE");
  command.add_option("--cluster-domain", flags.cluster_domain, "The cluster's DNS domain")
      ->type_name("DOMAIN");
  command.add_option("--mesh-config", flags.mesh_config, "A MeshConfig from outside the set")
      ->type_name("FILE");
}

void add_resource_flags(CLI::App& command, MeshFlags& flags) {
  command.add_option("--istio-version", flags.istio_version, "The release that they must run on")
      ->type_name("VERSION");
  command
      .add_option("-n,--namespace", flags.name_space, "The namespace of resources that name none")
      ->capture_default_str();
}

void add_set_flags(CLI::App& command, MeshFlags& flags) {
  add_mesh_flags(command, flags);
  add_resource_flags(command, flags);
  add_configuration_flags(command, flags.configuration);
  flags.command = &command;
}

void take_mesh_settings(const std::map<std::string_view, Setting>& settings, MeshFlags& flags) {
  for (const auto& [key, flag] : {std::pair("mesh.istioVersion", &flags.istio_version),
                                  std::pair("mesh.rootNamespace", &flags.root_namespace),
                                  std::pair("mesh.clusterDomain", &flags.cluster_domain),
                                  std::pair("mesh.meshConfig", &flags.mesh_config)})
    if (const auto found = settings.find(key); found != settings.end()) *flag = found->second.value;
}

Result<MeshInput> read_mesh_flags(const MeshFlags& flags) {
  MeshInput out;
  out.options.default_namespace = flags.name_space;
  out.options.root_namespace = given(flags.root_namespace);
  out.options.cluster_domain = given(flags.cluster_domain);
  if (!flags.istio_version.empty()) {
    out.options.istio_version = parse_istio_version(flags.istio_version);
    if (!out.options.istio_version)
      return fail(ErrorCode::Usage, fmt::format("--istio-version: \"{}\" is no release of Istio; "
                                                "write it as in \"1.30\"",
                                                flags.istio_version));
  }
  if (flags.mesh_config.empty()) return out;
  auto file = read_input(flags.mesh_config);
  if (!file) return tl::unexpected(file.error());
  std::vector<std::unique_ptr<const Source>> sources;
  sources.push_back(*std::move(file));
  out.mesh_config = std::make_unique<const lint::Workspace>(std::move(sources), 1);
  auto found = find_mesh_config(*out.mesh_config, flags.mesh_config);
  if (!found) return tl::unexpected(found.error());
  out.options.mesh_resource = *found;
  return out;
}

Result<MeshOfFiles> load_mesh(Context& context, const std::vector<std::string>& paths,
                              const MeshFlags& flags, EmptySet empty) {
  MeshOfFiles out;
  MeshFlags effective = flags;
  InputOptions options;
  if (flags.command != nullptr) {
    auto file = read_configuration_file(context, flags.configuration);
    if (!file) return fail(ErrorCode::Usage, "the configuration file can't be used");
    const auto settings = effective_settings(*flags.command, context.environment, *file);
    if (!settings) return tl::unexpected(settings.error());
    take_mesh_settings(*settings, effective);
    options.exclusions.push_back(exclusion_of(*file));
    out.configuration = *std::move(file);
  }
  auto input = read_mesh_flags(effective);
  if (!input) return tl::unexpected(input.error());
  Inputs inputs = read_inputs(paths, options);
  // What a part of the set says of connections is wrong, not incomplete.
  for (const Diagnostic& problem : inputs.problems)
    if (problem.severity == Severity::Error)
      return fail(ErrorCode::Io, fmt::format("{}: {}", problem.path, problem.message));
  out.input = *std::move(input);
  out.workspace = std::make_unique<const lint::Workspace>(std::move(inputs.sources));
  const render::Totals totals{.files = out.workspace->sources().size(),
                              .documents = out.workspace->documents(),
                              .resources = out.workspace->resources().size()};
  Diagnostics findings = out.workspace->findings();
  findings.append(std::move(inputs.problems));
  const bool nothing = totals.resources == 0 && findings.empty();
  if (nothing && empty == EmptySet::Refused)
    return fail(ErrorCode::Usage, no_object_in(paths, totals.files));
  const resource::Resource*& mesh_resource = out.input.options.mesh_resource;
  if (auto config = lint::overridden_mesh_config(out.configuration.content,
                                                 out.workspace->resources(), mesh_resource)) {
    out.mesh_config = std::make_unique<const resource::Resource>(*std::move(config));
    mesh_resource = out.mesh_config.get();
  }
  out.mesh = std::make_unique<const mesh::Mesh>(out.workspace->resources(), out.input.options);
  findings.append(topology::patches_left_out(*out.mesh));
  out.exit = report(context, std::move(findings), totals);
  if (auto whole = mesh::with_gateway_api(*out.mesh, out.input.options))
    out.mesh = std::move(whole);
  return out;
}

}  // namespace egressctl::cli
