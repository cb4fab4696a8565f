// The kinds of findings about forward.yaml that no other file has; those of its shape (unknown
// keys, wrong types, ...) are the spec's. docs/forward.md lists them; ids are never reused.
#pragma once

#include <array>

#include "lib/base/diagnostic.h"

namespace egressctl::datapath {

inline constexpr RuleId kNotAForwardFile{"EGR1101", "not-a-forward-file"};
inline constexpr RuleId kKeyOfAnotherRole{"EGR1102", "key-of-another-role"};
inline constexpr RuleId kRoleLacksKey{"EGR1103", "role-lacks-key"};
inline constexpr RuleId kDuplicateListener{"EGR1104", "duplicate-listener"};
inline constexpr RuleId kDuplicateRoute{"EGR1105", "duplicate-route"};
inline constexpr RuleId kBadLogFormat{"EGR1106", "bad-log-format"};

// All of the above, sorted by id.
inline constexpr std::array kForwardFileRules = {kNotAForwardFile, kKeyOfAnotherRole,
                                                 kRoleLacksKey,    kDuplicateListener,
                                                 kDuplicateRoute,  kBadLogFormat};

}  // namespace egressctl::datapath
