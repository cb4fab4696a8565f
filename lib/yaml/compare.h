// Whether two trees say the same.
#pragma once

#include "lib/yaml/node.h"

namespace egressctl::yaml {

// Whether the two have the same keys with the same values, in whatever order, and the same items.
// Scalars are compared by their text: 1 and "1" are the same.
[[nodiscard]] bool same_tree(const Node& a, const Node& b);

}  // namespace egressctl::yaml
