// The lines of a source that a range covers, with marks under it.
#pragma once

#include <cstddef>
#include <string>

#include "lib/base/source.h"

namespace egressctl::render {

// How a snippet is drawn.
struct SnippetStyle {
  char mark = '^';              // stands under every column of the range
  std::size_t gutter = 1;       // digits that line numbers are padded to
  std::size_t width = 120;      // of a source line, 20 at least; longer ones are cut at the range
  std::string_view mark_color;  // SGR sequence for the marks, or empty
  std::string_view dim_color;   // the same for the gutter
};

// Each line as ` 12 | text` and a line of marks below it. A range over more than three lines shows
// its first and its last; an empty one, one mark. Empty text for a range that is not known.
[[nodiscard]] std::string snippet(const SourceRange& range, const SnippetStyle& style);

// `range` without the line ends and spaces it finishes with: that of a block of YAML reaches to the
// start of the line behind it. `range` must be known.
[[nodiscard]] SourceRange trimmed(const SourceRange& range);

// The number of the last line that a snippet of `range` shows; 0 when the range is not known.
[[nodiscard]] std::size_t last_line(const SourceRange& range);

}  // namespace egressctl::render
