// Which findings are only the consequence of others.
#pragma once

#include "lib/base/diagnostic.h"
#include "lib/lint/workspace.h"

namespace egressctl::lint {

// Drops findings that follow from another one which names the same resource, in itself or among its
// related places, and what schemas say in general where another error stands at the very same
// place. One mistake is told once, where it is to be mended.
[[nodiscard]] Diagnostics without_consequences(const Diagnostics& findings,
                                               const Workspace& workspace);

}  // namespace egressctl::lint
