// Variables that another program puts values in for: `${DOMAIN}` (Flux, envsubst), `$DOMAIN` (a
// shell), `$(DOMAIN)` (Kustomize).
#pragma once

#include "lib/base/diagnostic.h"
#include "lib/lint/workspace.h"

namespace egressctl::lint {

// A value with a variable in it, which can't be checked.
inline constexpr RuleId kUnsubstituted{"EGR0015", "unsubstituted-variable", Severity::Info};

// The findings without those about a value that holds a variable, as it will be another one; and
// with one for each resource that has such values.
[[nodiscard]] Diagnostics without_placeholders(const Diagnostics& findings,
                                               const Workspace& workspace);

}  // namespace egressctl::lint
