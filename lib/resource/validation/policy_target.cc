#include "lib/resource/validation/parts.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::string_view kGatewayApi = "gateway.networking.k8s.io";

bool is_target_kind(std::string_view group, std::string_view kind) {
  if (group.empty() || group == "core") return kind == "Service";
  if (group == "networking.istio.io") return kind == "ServiceEntry";
  return group == kGatewayApi && (kind == "Gateway" || kind == "GatewayClass");
}

void check_target(Report& report, const Positioned<TargetRef>& target) {
  if (target->name->empty())
    report.missing(kInvalidPolicyTarget, target, target->name, "name", "the target has no name");
  if (!target->name_space->empty())
    report
        .error(kInvalidPolicyTarget, target->name_space.range,
               "the target is in namespace \"{}\", but a policy applies in its own namespace only",
               *target->name_space)
        .help("leave \"namespace\" out, and put the policy beside its target");
  if (is_target_kind(*target->group, *target->kind)) return;
  const SourceRange range = target->kind.present() ? target->kind.range : target.range;
  report
      .error(kInvalidPolicyTarget, range, "a policy can't target \"{}/{}\"", *target->group,
             *target->kind)
      .help(
          "targets are a Gateway or GatewayClass of gateway.networking.k8s.io, a Service of the "
          "core group, or a ServiceEntry of networking.istio.io");
}

}  // namespace

void check_policy_targets(Report& report, const Positioned<PolicySelector>& selector,
                          const Positioned<TargetRef>& target_ref,
                          const List<TargetRef>& target_refs) {
  const bool has_list = !target_refs->empty();
  if (int{selector.present()} + int{target_ref.present()} + int{has_list} > 1) {
    const SourceRange range = has_list ? target_refs.key : target_ref.key;
    auto finding = report.error(
        kInvalidPolicyTarget, range,
        "the policy names its targets in two ways; \"selector\", \"targetRef\" and \"targetRefs\" "
        "exclude each other");
    if (selector.present()) finding.related(selector.key, "the selector");
  }
  check_selector(report, selector);
  if (target_ref.present()) check_target(report, target_ref);
  for (const Positioned<TargetRef>& target : *target_refs) check_target(report, target);
}

}  // namespace egressctl::resource::validation
