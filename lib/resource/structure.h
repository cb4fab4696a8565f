// Checks the structure of a resource: its fields, their types, words and bounds, as an API server
// does before it stores an object.
//
// Fields that no schema knows are dropped by the API server without a word, so that a setting that
// seems to be there is not.
// Source: Kubernetes "Extend the Kubernetes API with CustomResourceDefinitions" (validation,
// pruning); Istio's CRDs; the Kubernetes and Gateway API references.
#pragma once

#include "lib/base/diagnostic.h"
#include "lib/resource/resource.h"
#include "lib/resource/schema/schema.h"

namespace egressctl::resource {

// The API server drops the field, or refuses the object (kubectl's strict validation).
inline constexpr RuleId kUnknownField{"EGR0114", "unknown-field", Severity::Error};
// These the API server refuses.
inline constexpr RuleId kUnknownEnumValue{"EGR0120", "unknown-enum-value", Severity::Error};
inline constexpr RuleId kMissingField{"EGR0121", "missing-field", Severity::Error};
inline constexpr RuleId kOutOfBounds{"EGR0122", "value-out-of-bounds", Severity::Error};
inline constexpr RuleId kCrdRuleViolated{"EGR0123", "crd-rule-violated", Severity::Error};
inline constexpr RuleId kVersionNotServed{"EGR0124", "version-not-served", Severity::Error};

// Reports what does not fit the resource's schema: the six above and kWrongType (value_type.h).
//
// Nulls count as absent, and `status` is not looked at. A resource of a kind without a schema is
// checked for its metadata only. The MeshConfig of a ConfigMap or an IstioOperator is checked with
// it. Safe to call from several threads; load the resource with LoadOptions::report_wrong_types
// off, or wrong types are reported twice.
void check_structure(const Resource& resource, Diagnostics& diagnostics);

// The same with `schemas` in place of the built-in ones for the kinds that these define.
void check_structure(const Resource& resource, const SchemaSet& schemas, Diagnostics& diagnostics);

}  // namespace egressctl::resource
