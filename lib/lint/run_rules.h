// Findings about a run rather than about a manifest: what it was given to read and to obey.
#pragma once

#include "lib/base/diagnostic.h"

namespace egressctl::lint {

// A file or folder that can't be read. What is in a folder but no file (a FIFO) is passed over with
// a warning.
inline constexpr RuleId kUnreadableInput{"EGR0009", "unreadable-input", Severity::Error};

// An entry of the baseline that stands for more findings than there are.
inline constexpr RuleId kStaleBaseline{"EGR0010", "stale-baseline-entry", Severity::Warning};

// A configuration file or a baseline with something in it that is not known.
inline constexpr RuleId kBadConfiguration{"EGR0011", "bad-configuration", Severity::Error};

}  // namespace egressctl::lint
