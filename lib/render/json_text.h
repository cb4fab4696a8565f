// JSON trees as text, for the forms that are made of them.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace egressctl::render {

using Json = nlohmann::ordered_json;

inline constexpr int kOneLine = -1;

// ASCII only: a bidirectional override in a file must not reorder a terminal's text. Bytes that are
// not UTF-8 become U+FFFD.
[[nodiscard]] std::string dump(const Json& json, int indent);

}  // namespace egressctl::render
