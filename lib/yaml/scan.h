// Finds in the source what yaml-cpp does not tell: where a node's content begins and ends.
#pragma once

#include <cstddef>
#include <string_view>

#include "lib/yaml/node.h"

namespace egressctl::yaml {

// The offset of a node's content: behind an anchor (`&a`) and a tag (`!!str`), if any, that stand
// at `at`, and the blanks and comments behind them.
[[nodiscard]] std::size_t content_begin(std::string_view text, std::size_t at);

// How the scalar whose content begins at `begin` is written.
[[nodiscard]] Style scalar_style(std::string_view text, std::size_t begin);

// The offset behind a scalar that begins at `begin` and stands for `value`.
[[nodiscard]] std::size_t scalar_end(std::string_view text, std::size_t begin, Style style,
                                     std::string_view value);

// The offset behind an alias or anchor name that begins at `begin`.
[[nodiscard]] std::size_t name_end(std::string_view text, std::size_t begin);

// The length of the word for null (`~`, `null`, `Null`, `NULL`) that is the whole scalar at `at`,
// or 0.
[[nodiscard]] std::size_t null_word(std::string_view text, std::size_t at);

// The offset behind the next `bracket` at or after `from`, over blanks, commas and comments; `from`
// when something else comes first.
[[nodiscard]] std::size_t closing_end(std::string_view text, std::size_t from, char bracket);

// The offset of the first `{{` that stands where a key or a value should, or npos.
[[nodiscard]] std::size_t first_template_action(std::string_view text);

}  // namespace egressctl::yaml
