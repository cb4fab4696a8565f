// What the API server of Kubernetes refuses, beyond what schemas say.
//
// Source: kubernetes/kubernetes pkg/apis/core/validation, pkg/apis/networking/validation and
// pkg/apis/apps/validation; staging/src/k8s.io/apimachinery/pkg/util/validation.
#pragma once

#include "lib/base/diagnostic.h"
#include "lib/resource/resource.h"
#include "lib/resource/schema/schema.h"
#include "lib/resource/validation/report.h"

namespace egressctl::resource::validation {

// "no matches for kind": nothing of the object is applied.
inline constexpr RuleId kUnknownKind{"EGR0126", "unknown-kind", Severity::Error};
// The API server refuses names that are none for DNS.
inline constexpr RuleId kInvalidObjectName{"EGR0127", "invalid-object-name", Severity::Warning};
// The API server refuses the Service; Istio would take it.
inline constexpr RuleId kInvalidService{"EGR0128", "invalid-service", Severity::Warning};
// The API server refuses the policy, or a part of it does nothing.
inline constexpr RuleId kInvalidNetworkPolicy{"EGR0129", "invalid-network-policy", Severity::Error};
// The API server refuses the workload.
inline constexpr RuleId kSelectorNotInTemplate{"EGR0182", "selector-not-in-template",
                                               Severity::Error};

// Reports what of one resource is refused. Kinds that `schemas` (nullptr: none) defines are known.
void check_kubernetes(const Resource& resource, const SchemaSet* schemas, Diagnostics& diagnostics);

// The parts of it: network_policy.cc and service.cc.
void check_network_policy(Report& report, const NetworkPolicy& policy);
void check_service(Report& report, const Service& service);

// Whether `text` is a name of a port: 1 to 15 of a-z, 0-9 and single inner '-', with a letter.
[[nodiscard]] bool is_port_name(std::string_view text);

// Reports a name of a port that is none; digits in quotes are meant as a number.
void check_port_name(Report& report, const RuleId& rule, const Positioned<IntOrString>& port);

}  // namespace egressctl::resource::validation
