#include "lib/base/text.h"

#include <array>

#include <doctest/doctest.h>

namespace egressctl {
namespace {

TEST_CASE("text: edit distance counts inserts, deletes, replacements and swaps") {
  CHECK(edit_distance("", "", 3) == 0);
  CHECK(edit_distance("gateway", "gateway", 3) == 0);
  CHECK(edit_distance("gatway", "gateway", 3) == 1);
  CHECK(edit_distance("gaetway", "gateway", 3) == 1);
  CHECK(edit_distance("abc", "xyz", 3) == 3);
  CHECK(edit_distance("abc", "xyz", 2) == 3);
  CHECK(edit_distance("a", "abcdefgh", 2) == 3);
}

TEST_CASE("text: what a person meant") {
  constexpr std::array<std::string_view, 4> kKnown = {"hosts", "commonHost", "via", "ports"};
  CHECK(nearest("host", kKnown) == "hosts");
  CHECK(nearest("common_host", kKnown) == "commonHost");
  CHECK(nearest("common-host", kKnown) == "commonHost");
  CHECK(nearest("prots", kKnown) == "ports");
  CHECK_FALSE(nearest("destination", kKnown).has_value());
  CHECK_FALSE(nearest("x", kKnown).has_value());
  CHECK_FALSE(nearest("", kKnown).has_value());
  CHECK(did_you_mean("hots", kKnown) == "did you mean \"hosts\"?");
  CHECK(did_you_mean("zzzzzz", kKnown).empty());
}

TEST_CASE("text: splitting and joining") {
  CHECK(split("a.b..c", '.') == std::vector<std::string_view>{"a", "b", "", "c"});
  CHECK(split("", '.') == std::vector<std::string_view>{""});
  const std::vector<std::string> parts{"a", "b"};
  CHECK(join(parts, ", ") == "a, b");
  CHECK(to_lower("AbC-\xC3\x84") == "abc-\xC3\x84");
}

TEST_CASE("text: the first byte that is no UTF-8") {
  CHECK_FALSE(first_invalid_utf8("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80").has_value());
  CHECK(first_invalid_utf8("ab\xFF") == 2);
  CHECK(first_invalid_utf8("\xC0\xAF") == 0);          // overlong
  CHECK(first_invalid_utf8("x\xED\xA0\x80") == 1);     // surrogate
  CHECK(first_invalid_utf8("\xF4\x90\x80\x80") == 0);  // beyond U+10FFFF
  CHECK(first_invalid_utf8("ok\xE2\x82") == 2);        // cut off
  CHECK(first_invalid_utf8("\x80") == 0);
}

TEST_CASE("text: SHA-256, as FIPS 180-4 has it for abc") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace egressctl
