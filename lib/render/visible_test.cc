#include "lib/render/visible.h"

#include <string>

#include <doctest/doctest.h>

namespace egressctl::render {
namespace {

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const Cell& cell : cells_of(text)) width += cell.width;
  return width;
}

TEST_CASE("visible: what a terminal would act upon becomes an escape") {
  struct Row {
    std::string_view text;
    std::string_view shown;
  };
  using namespace std::string_view_literals;
  for (const Row& row : {
           Row{"plain *.org", "plain *.org"},
           Row{"", ""},
           Row{"a\x1b[31m", "a\\x1b[31m"},
           Row{"a\0b"sv, "a\\x00b"},
           Row{"\t\r\n", "\\t\\r\\n"},
           Row{"\x7f", "\\x7f"},
           Row{"\xC2\x9B", "\\u{9b}"},
           Row{"\xE2\x80\xAE", "\\u{202e}"},
           Row{"\xEF\xBB\xBF", "\\u{feff}"},
           Row{"\xC3\xA9", "\xC3\xA9"},
           Row{"\xFF", "\\xff"},
           Row{"\xE6\x97", "\\xe6\\x97"},
           Row{"\xC0\x80", "\\xc0\\x80"},
           Row{"\xED\xA0\x80", "\\xed\\xa0\\x80"},
       }) {
    CAPTURE(row.shown);
    CHECK(visible(row.text) == row.shown);
  }
}

TEST_CASE("visible: wide characters take two columns, combining ones none") {
  CHECK(width_of("abc") == 3);
  CHECK(width_of("\xE6\x97\xA5\xE6\x9C\xAC") == 4);
  CHECK(width_of("e\xCC\x81") == 1);
  CHECK(width_of("\xF0\x9F\x98\x80") == 2);
  CHECK(width_of("\x1b") == 4);
}

TEST_CASE("visible: a tab reaches to the next multiple of four columns") {
  CHECK(width_of("\t") == 4);
  CHECK(width_of("abc\t") == 4);
  CHECK(width_of("abcd\t") == 8);
  CHECK(cells_of("a\tb")[2].begin == 2);
}

}  // namespace
}  // namespace egressctl::render
