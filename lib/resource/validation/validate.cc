#include "lib/resource/validation/validate.h"

#include <algorithm>
#include <string_view>
#include <variant>

#include "lib/resource/validation/kinds.h"
#include "lib/resource/validation/rules.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::string_view kDryRun = "istio.io/dry-run";

// Istio sets them on objects that it makes itself, and trusts them.
constexpr std::string_view kReserved[] = {"internal.istio.io/webhook-always-reject",
                                          "internal.istio.io/parent-namespace",
                                          "internal.istio.io/parents"};

bool is_bool(std::string_view text) {
  constexpr std::string_view kWords[] = {"1", "t", "T", "TRUE",  "true",  "True",
                                         "0", "f", "F", "FALSE", "false", "False"};
  return std::find(std::begin(kWords), std::end(kWords), text) != std::end(kWords);
}

// Returns whether the annotation is all right.
bool check_dry_run(Report& report) {
  const Resource& resource = report.resource();
  const Text* value = resource.metadata.annotations->find(kDryRun);
  if (value == nullptr) return true;
  const auto* policy = resource.as<AuthorizationPolicy>();
  if (policy == nullptr) {
    report.error(kUnsupportedAnnotation, value->key,
                 "\"{}\" is for AuthorizationPolicies only, not for a {}", kDryRun,
                 *resource.kind_name);
    return false;
  }
  const bool allowed =
      *policy->action == AuthorizationAction::Allow || *policy->action == AuthorizationAction::Deny;
  if (!allowed && *policy->action != AuthorizationAction::Unknown) {
    report
        .error(kUnsupportedAnnotation, value->key, "\"{}\" does not go with action {}", kDryRun,
               policy->action.text())
        .related(policy->action.range, "the action");
    return false;
  }
  if (is_bool(**value)) return true;
  report.error(kUnsupportedAnnotation, value->range,
               "\"{}\" is \"{}\", expected \"true\" or \"false\"", kDryRun, **value);
  return false;
}

bool check_annotations(Report& report) {
  const auto& annotations = report.resource().metadata.annotations;
  if (annotations->empty()) return true;
  if (!check_dry_run(report)) return false;
  for (const std::string_view name : kReserved) {
    const Text* value = annotations->find(name);
    if (value == nullptr) continue;
    report.error(kUnsupportedAnnotation, value->key, "only Istio itself may set \"{}\"", name)
        .help("remove the annotation");
    return false;
  }
  return true;
}

template <typename T>
concept Checked = requires(Report& report, const T& body) {
  check(report, body);
};

}  // namespace

void validate(const Resource& resource, Diagnostics& diagnostics) {
  Report report(resource, diagnostics);
  if (const MeshConfig* config = resource.mesh_config()) return check(report, *config);
  std::visit(
      [&](const auto& body) {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (Checked<Body>) {
          // Istio looks no further than annotations that it refuses.
          if (check_annotations(report)) check(report, body);
        }
      },
      resource.body);
}

}  // namespace egressctl::resource::validation
