// Turns YAML documents into resources.
#pragma once

#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/resource/resource.h"
#include "lib/yaml/load.h"

namespace egressctl::resource {

// A document, or an item of a list, that lacks `apiVersion` or `kind`.
inline constexpr RuleId kNotAResource{"EGR0008", "not-a-resource", Severity::Warning};

struct LoadOptions {
  // Whether values of wrong types are findings of reading. Switch it off where check_structure()
  // looks at the same resources, which reports them once more.
  bool report_wrong_types = true;
};

// Reads every resource of the documents, in their order; these must outlive the result.
//
// `kind: List` and `kind: <Kind>List` are replaced by their items (whose apiVersion and kind may be
// left out in the latter). Null documents and items are skipped. A mapping without apiVersion and
// kind is a MeshConfig when it has a field of one, or holds one under `meshConfig` (Helm values);
// it is skipped without a word when it has no `metadata` and `spec` either, because folders hold
// much YAML that is no resource. Wrong types make findings (see fields.h), unknown kinds and fields
// none.
[[nodiscard]] std::vector<Resource> load_resources(const std::vector<yaml::Document>& documents,
                                                   Diagnostics& diagnostics,
                                                   const LoadOptions& options = {});

}  // namespace egressctl::resource
