// EGR0212 selector-without-workload
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lib/base/text.h"
#include "lib/lint/context.h"
#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/references/labels.h"
#include "lib/lint/rules/references/references.h"
#include "lib/mesh/gateway_api.h"
#include "lib/mesh/policy_targets.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

// Which of Istio's analyzers tells the same.
std::string istio_code(resource::Kind kind) {
  return kind == resource::Kind::Sidecar || kind == resource::Kind::Telemetry ? "IST0101"
                                                                              : "IST0127";
}

constexpr RuleId kId{"EGR0212", "selector-without-workload", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/analysis/ist0127/", "istio/istio#22609"};

using resource::Kind;
using resource::Resource;

// The labels by which a resource chooses its workloads; nullptr when it has no such choice.
const resource::TextMap* labels_of(const Resource& resource) {
  if (const auto* policy = resource.as<resource::AuthorizationPolicy>())
    return &policy->selector->match_labels;
  if (const auto* policy = resource.as<resource::PeerAuthentication>())
    return &policy->selector->match_labels;
  if (const auto* telemetry = resource.as<resource::Telemetry>())
    return &telemetry->selector->match_labels;
  if (const auto* filter = resource.as<resource::EnvoyFilter>())
    return &filter->workload_selector->labels;
  if (const auto* sidecar = resource.as<resource::Sidecar>())
    return &sidecar->workload_selector->labels;
  if (const auto* rule = resource.as<resource::DestinationRule>())
    return &rule->workload_selector->match_labels;
  return nullptr;
}

// What a policy of the root namespace binds is everywhere; Sidecars and DestinationRules with a
// selector stay in their own.
bool is_mesh_wide(const Resource& resource, const mesh::Mesh& mesh) {
  return mesh.namespace_of(resource) == mesh.settings().root_namespace &&
         resource.kind != Kind::Sidecar && resource.kind != Kind::DestinationRule;
}

// "key=value" of all WorkloadEntries, which are workloads without pods.
using Labels = std::unordered_set<std::string>;

Labels entry_labels(const mesh::Mesh& mesh) {
  Labels out;
  for (const Resource* resource : mesh.all(Kind::WorkloadEntry))
    for (const auto& label : *resource->as<resource::WorkloadEntry>()->labels)
      out.insert(fmt::format("{}={}", label.name, *label.entry));
  return out;
}

// A workload of those with the same keys whose values are nearly those asked for.
const mesh::Workload* near_miss(const std::vector<const mesh::Workload*>& workloads,
                                const resource::TextMap& labels) {
  constexpr std::size_t kTypo = 2;
  for (const mesh::Workload* workload : workloads) {
    const bool near = std::all_of(labels->begin(), labels->end(), [&](const auto& wanted) {
      const std::string_view own = workload->label(wanted.name);
      return !own.empty() &&
             (own == *wanted.entry || own.find(*wanted.entry) == 0 ||
              wanted.entry->find(own) == 0 || edit_distance(own, *wanted.entry, kTypo) <= kTypo);
    });
    if (near) return workload;
  }
  return nullptr;
}

// The edits that make the labels those of the workload.
std::optional<Fix> take_labels_of(const mesh::Workload& workload, const resource::TextMap& labels) {
  Fix fix{.title = fmt::format("select {}", resource::display_name(*workload.resource)),
          .safe = false,
          .edits = {}};
  for (const auto& wanted : *labels) {
    const std::string_view own = workload.label(wanted.name);
    if (own == *wanted.entry) continue;
    auto edit = yaml::replace_string(*wanted.entry.node, own);
    if (!edit) return std::nullopt;
    fix.edits.push_back(std::move(*edit));
  }
  return fix;
}

class Check {
 public:
  Check(const Context& in, Diagnostics& out) : in_(in), mesh_(in.mesh()), out_(out) {
    for (const mesh::Workload& pod : mesh_.workloads().all())
      if (!mesh::is_converted(*pod.resource)) written_.insert(pod.name_space);
  }

  void run() {
    for (const Kind kind : {Kind::AuthorizationPolicy, Kind::PeerAuthentication, Kind::Telemetry,
                            Kind::EnvoyFilter, Kind::Sidecar, Kind::DestinationRule})
      for (const Resource* resource : mesh_.all(kind))
        if (const resource::TextMap* labels = labels_of(*resource);
            labels != nullptr && !(*labels)->empty())
          check(*resource, *labels);
    check_targets<resource::AuthorizationPolicy>(Kind::AuthorizationPolicy);
    check_targets<resource::Telemetry>(Kind::Telemetry);
  }

 private:
  void check(const Resource& resource, const resource::TextMap& labels) {
    const bool everywhere = is_mesh_wide(resource, mesh_);
    const std::string_view own = mesh_.namespace_of(resource);
    const mesh::WorkloadIndex& workloads = mesh_.workloads();
    if (!workloads.select(everywhere ? std::string_view() : own, labels).empty() ||
        has_added_label(labels) ||
        in_.shared<UnreadWorkloads>().are_in(everywhere ? std::string_view() : own) ||
        is_entry(labels))
      return;
    const std::vector<const mesh::Workload*> elsewhere =
        everywhere ? std::vector<const mesh::Workload*>() : workloads.select("", labels);
    const bool gateway = std::any_of(elsewhere.begin(), elsewhere.end(), [&](const auto* pod) {
      return pod->is_gateway_proxy() || !in_.gateways().at(*pod).empty();
    });
    const mesh::Workload* near = near_miss(candidates(everywhere, own), labels);
    // Of a mesh-wide policy the workloads may be in namespaces that the input lacks.
    if (everywhere ? near == nullptr : !gateway && !written_.contains(own)) return;
    auto finding =
        out_.report(kId, labels.range, "no workload {} has the labels \"{}\": the {} has no effect",
                    everywhere ? "of the input" : fmt::format("of namespace \"{}\"", own),
                    to_text(labels), resource::to_string(resource.kind));
    finding.alias(istio_code(resource.kind));
    if (gateway) {
      const mesh::Workload& pod = *elsewhere.front();
      finding.related(place_of(pod), "these pods have them")
          .help(fmt::format("move it to namespace \"{}\"", pod.name_space));
    } else if (near != nullptr) {
      finding.related(place_of(*near), "these pods have nearly these labels")
          .help(fmt::format("select the labels of {}", resource::display_name(*near->resource)));
      if (auto fix = take_labels_of(*near, labels)) finding.fix(std::move(*fix));
    } else {
      finding.help("copy the labels from the pods");
    }
  }

  template <typename Policy>
  void check_targets(Kind kind) {
    for (const Resource* resource : mesh_.all(kind)) {
      const auto* policy = resource->as<Policy>();
      for (const resource::TargetRef* target :
           mesh::targets_of(&policy->target_ref, &policy->target_refs))
        if (*target->kind == "Gateway" && *target->group == kGatewayGroup &&
            target->name_space->empty())
          check_target(*resource, target->name);
    }
  }

  // Whether pods are there that istiod made for a Gateway, as a cluster's own dump has them.
  [[nodiscard]] bool has_pods(std::string_view name_space, std::string_view gateway) const {
    const auto& pods = mesh_.workloads().all();
    return std::any_of(pods.begin(), pods.end(), [&](const mesh::Workload& pod) {
      return pod.name_space == name_space && pod.label(mesh::kGatewayNameLabel) == gateway;
    });
  }

  // A policy is for Gateways of its own namespace alone.
  void check_target(const Resource& policy, const resource::Text& name) {
    const std::string_view own = mesh_.namespace_of(policy);
    if (mesh_.find(Kind::KubernetesGateway, own, *name) != nullptr || has_pods(own, *name)) return;
    std::vector<std::string_view> here;
    const Resource* elsewhere = nullptr;
    for (const Resource* gateway : mesh_.all(Kind::KubernetesGateway))
      if (mesh_.namespace_of(*gateway) == own) {
        here.push_back(*gateway->metadata.name);
      } else if (*gateway->metadata.name == *name) {
        elsewhere = gateway;
      }
    if (here.empty() && elsewhere == nullptr) return;
    auto finding = out_.report(
        kId, name.range, "there is no Gateway \"{}\" in namespace \"{}\": the {} has no effect",
        *name, own, resource::to_string(policy.kind));
    if (const auto near = nearest(*name, here)) {
      finding.help(fmt::format("did you mean \"{}\"?", *near));
      if (const auto edit = yaml::replace_string(*name.node, *near))
        finding.fix(
            {.title = fmt::format("name Gateway \"{}\"", *near), .safe = false, .edits = {*edit}});
    } else if (elsewhere != nullptr) {
      finding.related(elsewhere->metadata.name.range, "the one of that name is here")
          .help(fmt::format("move the {} to namespace \"{}\"", resource::to_string(policy.kind),
                            mesh_.namespace_of(*elsewhere)));
    } else {
      finding.help("name a Gateway that exists");
    }
  }

  // Some workloads that may have been meant; of a mesh-wide policy those of gateways.
  const std::vector<const mesh::Workload*>& candidates(bool everywhere, std::string_view own) {
    constexpr std::size_t kEnough = 64;
    if (candidates_.empty())
      for (const mesh::Workload& pod : mesh_.workloads().all()) {
        if (auto& own_pods = candidates_[pod.name_space]; own_pods.size() < kEnough)
          own_pods.push_back(&pod);
        if (auto& gateways = candidates_[""]; pod.is_gateway_proxy() && gateways.size() < kEnough)
          gateways.push_back(&pod);
      }
    return candidates_[everywhere ? std::string_view() : own];
  }

  [[nodiscard]] bool is_entry(const resource::TextMap& labels) {
    if (!entries_known_) entries_ = entry_labels(mesh_);
    entries_known_ = true;
    return !entries_.empty() && std::any_of(labels->begin(), labels->end(), [&](const auto& label) {
      return entries_.contains(fmt::format("{}={}", label.name, *label.entry));
    });
  }

  static SourceRange place_of(const mesh::Workload& pod) {
    return pod.labels->present() ? pod.labels->range : pod.resource->metadata.name.range;
  }

  const Context& in_;
  const mesh::Mesh& mesh_;
  Diagnostics& out_;
  std::unordered_map<std::string_view, std::vector<const mesh::Workload*>> candidates_;
  // Namespaces with pods that are written. Those that istiod makes for a Gateway tell nothing of
  // what else runs beside them.
  std::unordered_set<std::string_view> written_;
  Labels entries_;
  bool entries_known_ = false;
};

void check(const Context& in, Diagnostics& out) {
  Check(in, out).run();
}

}  // namespace

const Rule kSelectorWithoutWorkload{
    .info = {.id = kId,
             .summary =
                 "a policy, patch or Sidecar for labels that no workload has, or for a Gateway "
                 "that does not exist",
             .why = "It is accepted and does nothing: the gateway stays open, the patch is not "
                    "applied, the proxy keeps its defaults.",
             .mend = "Copy the labels from the pods, or the Gateway's name, and put it into their "
                     "namespace.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
