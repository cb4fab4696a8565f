#include "lib/yaml/part.h"

#include <string>

#include <doctest/doctest.h>

#include "lib/yaml/load.h"

namespace egressctl::yaml {
namespace {

// What stands where the bytes [begin, end) of the value are.
std::string part(const std::string& value, std::size_t begin, std::size_t end) {
  const Source source("x.yaml", "a: " + value + "\n");
  Diagnostics findings;
  const auto documents = load(source, findings);
  REQUIRE(findings.empty());
  return std::string(part_of(*documents.front().root().find("a"), begin, end).text());
}

TEST_CASE("part: bytes of a scalar are found between its quotes and behind its escapes") {
  CHECK(part("/api/(a", 5, 6) == "(");
  CHECK(part("\"/api/(a\"", 5, 6) == "(");
  CHECK(part("\"\\\\d(\\\"x\"", 2, 3) == "(");
  CHECK(part("\"\\\\d(\\\"x\"", 0, 2) == "\\\\d");
  CHECK(part("'it''s ('", 5, 6) == "(");
  CHECK(part("'it''s ('", 2, 3) == "''");
}

TEST_CASE("part: where the text has no place byte by byte it is the whole scalar") {
  CHECK(part("\"\\x41(\"", 1, 2) == "\"\\x41(\"");
  CHECK(part("|\n  (a\n", 0, 1).find("(a") != std::string::npos);
  CHECK(part("abc", 1, 1) == "abc");
  CHECK(part("abc", 1, 9) == "abc");
}

}  // namespace
}  // namespace egressctl::yaml
