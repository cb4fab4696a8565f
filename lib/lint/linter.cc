#include "lib/lint/linter.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/base/parallel.h"
#include "lib/base/text.h"
#include "lib/envoy/patches.h"
#include "lib/envoy/rules.h"
#include "lib/lint/placeholders.h"
#include "lib/lint/precedence.h"
#include "lib/lint/registry.h"
#include "lib/lint/suppressions.h"
#include "lib/lint/with_gateway_api.h"
#include "lib/resource/structure.h"
#include "lib/resource/validation/kubernetes.h"
#include "lib/resource/validation/rules.h"
#include "lib/resource/validation/validate.h"
#include "lib/yaml/edit.h"
#include "lib/yaml/emit.h"

namespace egressctl::lint {
namespace {

constexpr std::size_t kChunk = 64;  // resources that one thread takes at a time

// The rules about single resources, by the kinds that they read.
using RulesByKind = std::unordered_map<resource::Kind, std::vector<const Rule*>>;

bool wanted(const Rule& rule, const Options& options) {
  return !rule.info.posture || options.posture;
}

RulesByKind rules_by_kind(const Options& options) {
  RulesByKind out;
  for (const Rule* rule : all_rules()) {
    if (rule->check_one == nullptr || !wanted(*rule, options)) continue;
    for (const resource::Kind kind : rule->reads) out[kind].push_back(rule);
  }
  return out;
}

std::vector<const Rule*> rules_of_sets(const Options& options) {
  std::vector<const Rule*> out;
  for (const Rule* rule : all_rules())
    if (rule->check != nullptr && wanted(*rule, options)) out.push_back(rule);
  return out;
}

// Whether the set has a workload that the EnvoyFilter patches.
bool patches_known_workload(const mesh::Mesh& mesh, const resource::EnvoyFilter& filter,
                            const resource::Resource& resource) {
  const std::string_view own = mesh.namespace_of(resource);
  const std::string_view where = own == mesh.settings().root_namespace ? std::string_view() : own;
  return !mesh.workloads().select(where, filter.workload_selector->labels).empty();
}

// The labels of the one gateway that an EnvoyFilter may be for, in flow style; empty where there is
// none or are several.
std::string gateway_labels(const Context& in, const resource::Resource& filter) {
  const std::string_view own = in.mesh().namespace_of(filter);
  const bool everywhere = own == in.mesh().settings().root_namespace;
  std::set<std::string> found;
  for (const mesh::GatewayView& gateway : in.gateways().all()) {
    const auto& places = gateway.namespaces;
    if (!everywhere && std::find(places.begin(), places.end(), own) == places.end()) continue;
    std::vector<std::string> labels;
    for (const auto& label : *gateway.gateway->selector)
      labels.push_back(
          fmt::format("{}: {}", yaml::emit_string(label.name), yaml::emit_string(*label.entry)));
    found.insert(join(labels, ", "));
  }
  return found.size() == 1 ? *found.begin() : std::string();
}

// What an EnvoyFilter shows by itself; the set tells which gateway one without selector is for.
void check_patches(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  Diagnostics found;
  envoy::check_envoy_filter(resource, found);
  for (Diagnostic finding : found) {
    const yaml::Node* spec = resource.node->find("spec");
    if (finding.rule.id == envoy::kNoWorkloadSelector.id && spec != nullptr)
      if (const std::string labels = gateway_labels(in, resource); !labels.empty())
        if (const auto edit = yaml::insert_entry(*spec, "workloadSelector",
                                                 fmt::format("{{labels: {{{}}}}}", labels)))
          finding.fix = Fix{.title = "select the gateway", .safe = false, .edits = {*edit}};
    out.add(std::move(finding));
  }
}

// The checks that look at nothing but the resource.
void check_alone(const Context& in, const resource::Resource& resource,
                 const resource::SchemaSet* schemas, Diagnostics& out) {
  if (schemas != nullptr)
    resource::check_structure(resource, *schemas, out);
  else
    resource::check_structure(resource, out);
  resource::validation::check_kubernetes(resource, schemas, out);
  check_patches(in, resource, out);
  const auto* filter = resource.as<resource::EnvoyFilter>();
  if (filter == nullptr || !patches_known_workload(in.mesh(), *filter, resource))
    return resource::validation::validate(resource, out);
  // The patch is checked against what it patches: the general warning says less.
  Diagnostics found;
  resource::validation::validate(resource, found);
  for (const Diagnostic& finding : found)
    if (finding.rule.id != resource::validation::kEnvoyInternals.id) out.add(finding);
}

// What is known of each finding's place, where its rule did not say it.
Diagnostics with_resources(const Diagnostics& findings, const Workspace& workspace) {
  Diagnostics out;
  for (const Diagnostic& finding : findings) {
    Diagnostic complete = finding;
    if (const resource::Resource* resource = workspace.at(finding.range)) {
      if (complete.resource.kind.empty()) complete.resource = resource->resource_name();
      if (complete.field.empty()) complete.field = resource->field_path(finding.range);
    }
    out.add(std::move(complete));
  }
  return out;
}

// The same mistake at the same place, found in two ways, is one.
Diagnostics without_repeats(const Diagnostics& sorted) {
  Diagnostics out;
  std::size_t line_start = 0;  // of the findings that share a place with the next one
  for (const Diagnostic& finding : sorted) {
    while (line_start < out.size() && !(out[line_start].range == finding.range)) ++line_start;
    bool repeated = false;
    for (std::size_t i = line_start; i < out.size(); ++i)
      repeated |= out[i].rule.id == finding.rule.id && out[i].range == finding.range &&
                  out[i].message == finding.message;
    if (!repeated) out.add(finding);
  }
  return out;
}

}  // namespace

Diagnostics lint(const Workspace& workspace, const Options& options, Depth depth,
                 std::size_t threads, const resource::SchemaSet* schemas) {
  const bool everything = depth == Depth::Everything;
  const mesh::Mesh mesh(workspace.resources(), options.mesh);
  const mesh::GatewayIndex gateways(mesh);
  const Context context(mesh, gateways, options);
  std::optional<WithGatewayApi> whole;
  if (everything) whole.emplace(context, workspace);
  const RulesByKind by_kind = everything ? rules_by_kind(options) : RulesByKind();
  const std::vector<const Rule*> of_sets =
      everything ? rules_of_sets(options) : std::vector<const Rule*>();

  const auto resources = workspace.resources();
  const std::size_t chunks = (resources.size() + kChunk - 1) / kChunk;
  // The rules over the whole set first: they are the longer ones.
  std::vector<Diagnostics> found(of_sets.size() + chunks);
  parallel_for(found.size(), threads, [&](std::size_t i) {
    if (i < of_sets.size()) return whole->check(*of_sets[i], found[i]);
    const std::size_t begin = (i - of_sets.size()) * kChunk;
    const std::size_t end = std::min(begin + kChunk, resources.size());
    for (const resource::Resource& resource : resources.subspan(begin, end - begin)) {
      check_alone(context, resource, schemas, found[i]);
      if (const auto rules = by_kind.find(resource.kind); rules != by_kind.end())
        for (const Rule* rule : rules->second) rule->check_one(context, resource, found[i]);
    }
  });

  Diagnostics all = workspace.findings();
  for (Diagnostics& part : found) all.append(std::move(part));
  all = without_placeholders(with_resources(all, workspace), workspace);
  all = without_consequences(all, workspace);
  all.sort();
  all = without_repeats(all);
  return options.suppressions ? without_suppressed(all, workspace) : all;
}

}  // namespace egressctl::lint
