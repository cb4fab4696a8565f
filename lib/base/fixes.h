// Applies the fixes that findings carry.
#pragma once

#include <string>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"

namespace egressctl {

struct FixedSource {
  const Source* source = nullptr;
  std::string text;  // all of it, fixed
};

struct AppliedFixes {
  std::vector<FixedSource> sources;  // those that change, in the order of their findings
  std::vector<bool> applied;         // for each finding whether its fix was
};

// The fixes of the findings, in their order; one whose edits touch those of an earlier one is left
// out, and can be applied to what comes out. `unsafe`: those too that may change where traffic
// goes.
[[nodiscard]] AppliedFixes apply_fixes(const Diagnostics& findings, bool unsafe);

}  // namespace egressctl
