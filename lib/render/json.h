// Small pieces of JSON for those who write a whole of their own.
#pragma once

#include <string>
#include <string_view>

namespace egressctl::render {

// `text` as a JSON string with its quotes, in ASCII; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace egressctl::render
