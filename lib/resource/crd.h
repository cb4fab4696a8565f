// Reads CustomResourceDefinitions into schemas.
//
// Source: Kubernetes API reference, apiextensions.k8s.io/v1 CustomResourceDefinition and
// JSONSchemaProps.
#pragma once

#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/resource/schema/schema.h"
#include "lib/yaml/load.h"

namespace egressctl::resource {

// A CRD that an API server would refuse, or that tells no schema.
inline constexpr RuleId kBadCrd{"EGR0125", "bad-crd", Severity::Error};

// Adds the kinds that the CRDs among `documents` define, with the versions that they serve; lists
// of CRDs are looked into, other documents are passed over. A kind that is defined twice keeps the
// first definition of each version. The result does not need the documents any more.
//
// A part of a schema that makes no sense is a finding and is not checked by the schemas.
void read_crds(const std::vector<yaml::Document>& documents, SchemaSet& schemas,
               Diagnostics& diagnostics);

}  // namespace egressctl::resource
