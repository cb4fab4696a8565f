// Text from users' files in a form that is safe to show on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace egressctl::render {

// What one code point (or one byte that is not UTF-8) looks like on a terminal.
struct Cell {
  std::string text;       // an escape such as `\x1b` for what must not be shown raw
  std::size_t width = 0;  // in columns: 2 for wide characters, 0 for combining ones
  std::size_t begin = 0;  // byte offset in the text it came from
};

// The cells of one line, in order. A tab becomes spaces up to the next multiple of 4 columns.
//
// Escaped are control characters (C0, DEL, C1), bidirectional overrides, marks and isolates, line
// and paragraph separators, invisible characters that nothing needs, and bytes that are not UTF-8:
// `\n`, `\t` and `\r` as such, other bytes as `\x1b`, code points as `\u{202e}`.
[[nodiscard]] std::vector<Cell> cells_of(std::string_view line);

// `text` with the same escapes; a tab is escaped, too.
[[nodiscard]] std::string visible(std::string_view text);

}  // namespace egressctl::render
