// Texts of the user's in messages.
#pragma once

#include <string>
#include <string_view>

namespace egressctl::spec {

// `text` in double quotes on one line: control characters escaped, and what is behind the first 64
// bytes or so replaced by "...".
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace egressctl::spec
