// Rows of text under each other.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace egressctl::render {

// Each cell as wide as its column's widest, `gap` spaces between columns, none behind the last one.
// Cells are shown as visible() shows them.
[[nodiscard]] std::string to_columns(const std::vector<std::vector<std::string>>& rows,
                                     std::size_t gap);

}  // namespace egressctl::render
