// Findings in goldens.
#pragma once

#include <string>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"

namespace egressctl::testing {

// All that the findings say, a few lines each, in their order.
[[nodiscard]] std::string show(const Diagnostics& findings);

// The text with all safe fixes whose edits do not overlap with those of an earlier one.
[[nodiscard]] std::string fixed(const Source& source, const Diagnostics& findings);

}  // namespace egressctl::testing
