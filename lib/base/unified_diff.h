// The difference of two texts, as `diff -u` shows it.
#pragma once

#include <string>
#include <string_view>

namespace egressctl {

// The unified diff from `before` to `after` with the given names in its `---` and `+++` lines;
// empty when they are equal. Three lines of context. A text without a final newline is marked as in
// diff.
[[nodiscard]] std::string unified_diff(std::string_view before_name, std::string_view after_name,
                                       std::string_view before, std::string_view after);

}  // namespace egressctl
