// Runs rules over what was read.
#pragma once

#include <cstddef>

#include "lib/base/diagnostic.h"
#include "lib/lint/context.h"
#include "lib/lint/workspace.h"
#include "lib/resource/schema/schema.h"

namespace egressctl::lint {

enum class Depth {
  Structure,  // each resource by itself: `egressctl validate`
  Everything,
};

// All findings of a run, those of reading among them, sorted by place. Of findings where one is the
// consequence of another only the cause is kept. The result does not depend on `threads` (0: as
// many as there are cores). The kinds that `schemas` defines are checked by these in place of the
// built-in ones.
[[nodiscard]] Diagnostics lint(const Workspace& workspace, const Options& options, Depth depth,
                               std::size_t threads = 0,
                               const resource::SchemaSet* schemas = nullptr);

}  // namespace egressctl::lint
