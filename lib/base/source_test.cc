#include "lib/base/source.h"

#include <doctest/doctest.h>

namespace egressctl {
namespace {

TEST_CASE("source: lines end in LF, CR LF or CR; the last one needs no end") {
  const Source source("f", "one\ntwo\r\nthree\rfour");
  CHECK(source.line_count() == 4);
  CHECK(source.line(1) == "one");
  CHECK(source.line(2) == "two");
  CHECK(source.line(3) == "three");
  CHECK(source.line(4) == "four");
  CHECK(source.line(5).empty());
  CHECK(source.line(0).empty());
  CHECK(Source("f", "one\n").line_count() == 1);
  CHECK(Source("f", "").line_count() == 1);
}

TEST_CASE("source: columns count code points, a byte order mark none") {
  const Source source("f", "\xEF\xBB\xBF\xC3\xA4x\n\xF0\x9F\x98\x80y");
  CHECK(source.position(3) == Position{1, 1});
  CHECK(source.position(5) == Position{1, 2});
  CHECK(source.position(7) == Position{2, 1});
  CHECK(source.position(11) == Position{2, 2});
  CHECK(source.position(999) == Position{2, 3});
  CHECK(source.line(1) == "\xC3\xA4x");
}

TEST_CASE("source: a range knows its text and place; an unknown one has neither") {
  const Source source("dir/f.yaml", "a: b\nc: d\n");
  const SourceRange range{&source, 8, 9};
  CHECK(range.text() == "d");
  CHECK(range.start_position() == Position{2, 4});
  CHECK(range.end_position() == Position{2, 5});
  CHECK(location(range) == "dir/f.yaml:2:4");
  CHECK(SourceRange{&source, 8, 999}.text() == "d\n");
  CHECK_FALSE(SourceRange{}.known());
  CHECK(SourceRange{}.text().empty());
  CHECK(location(SourceRange{}).empty());
}

}  // namespace
}  // namespace egressctl
