// Places inside of scalars.
#pragma once

#include <cstddef>

#include "lib/yaml/node.h"

namespace egressctl::yaml {

// Where the bytes [begin, end) of a scalar's text stand in its source. The place of the whole
// scalar where they have none of their own: text that is folded or in a block, escapes by number,
// an alias.
[[nodiscard]] SourceRange part_of(const Node& scalar, std::size_t begin, std::size_t end);

}  // namespace egressctl::yaml
