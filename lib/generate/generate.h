// From specs to the full set of manifests.
#pragma once

#include <span>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/generate/manifest.h"
#include "lib/generate/template_set.h"
#include "lib/spec/spec.h"

namespace egressctl::generate {

// What the specs taken together get wrong, and what the person should know of the result.
inline constexpr RuleId kSpecsCollide{"EGR1201", "specs-collide", Severity::Error};
inline constexpr RuleId kMeshConfigAdvice{"EGR1202", "mesh-config-advice", Severity::Info};
inline constexpr RuleId kUnguardedSniProxy{"EGR1203", "unguarded-sni-proxy", Severity::Warning};
inline constexpr RuleId kGatewayPortNeeded{"EGR1204", "gateway-port-needed", Severity::Info};
inline constexpr RuleId kDirectWildcardHidden{"EGR1205", "direct-wildcard-hidden", Severity::Error};

// Makes the manifests of `specs` in the order in which they are to be applied.
//
// Depends on nothing but its arguments: the same specs make the same bytes. A resource that several
// specs make alike is there once; where they make it differently that is a finding (kSpecsCollide)
// and the first one stays. The specs' sources must be alive.
[[nodiscard]] std::vector<Manifest> generate(std::span<const spec::Spec> specs,
                                             const TemplateSet& templates, Target target,
                                             Diagnostics& diagnostics);

}  // namespace egressctl::generate
