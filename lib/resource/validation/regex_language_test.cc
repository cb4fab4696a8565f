#include "lib/resource/validation/regex_language.h"

#include <string_view>

#include <doctest/doctest.h>

#include "lib/resource/validation/regex.h"
#include "lib/resource/validation/regex_syntax.h"

namespace egressctl::resource::validation {
namespace {

TEST_CASE("regex language: what matches no text at all") {
  for (const std::string_view pattern :
       {"a$b", "a^b", ".+^/x", "(a|b)\\z.", "[^\\x00-\\x{10FFFF}]", "a[^\\d\\D]*[^\\s\\S]b",
        "\\Ba\\B$\\b", "a\\bb", "(?m)a^b", "(?:$a){2,}", "x(?-i)$x", "\\W\\b\\W", "a{3}$a{0}b"}) {
    CAPTURE(pattern);
    REQUIRE_FALSE(regex_problem(pattern).has_value());
    CHECK(never_matches(pattern, Subject::Any, Extent::Whole));
    CHECK(never_matches(pattern, Subject::Any, Extent::Part));
  }
}

TEST_CASE("regex language: what matches some text") {
  for (const std::string_view pattern : {"",
                                         ".*",
                                         "^a$",
                                         "a|b$c",
                                         "(^|x)a($|y)",
                                         "(?m)a\n^b",
                                         "(?m)a$\nb",
                                         "(a$b)*",
                                         "(a$b)?c",
                                         "\\ba\\b",
                                         "a\\b-\\bb",
                                         "\\B-\\B",
                                         "[[:^alpha:]]+",
                                         "[^]a]",
                                         "[a-]",
                                         "\\pL+",
                                         "[^\\pL]",
                                         "\\x41\\x{1F600}\\101",
                                         "(?i)HTTP",
                                         "\\Qa.b\\E+",
                                         "(?s).",
                                         "a{0}$",
                                         "(?P<n>a)(?<m>b)",
                                         "$",
                                         "^^^$$$",
                                         "a{2,3}?",
                                         "{",
                                         "a{,2}",
                                         "[\\]\\-x]",
                                         "\\.",
                                         "\xC3\xA9[\xC3\xA0-\xC3\xBF]",
                                         "(?i)[^a]",
                                         "\\C"}) {
    CAPTURE(pattern);
    CHECK_FALSE(never_matches(pattern, Subject::Any, Extent::Whole));
    CHECK_FALSE(never_matches(pattern, Subject::Any, Extent::Part));
  }
}

TEST_CASE("regex language: paths begin with a slash and have no query") {
  for (const std::string_view pattern :
       {"api/.*", "^api", "/x\\?id=.*", "https?://.*", ".*#top", "\\w+", "", "/a\n", "[^/].+"}) {
    CAPTURE(pattern);
    CHECK(never_matches(pattern, Subject::Path, Extent::Whole));
  }
  for (const std::string_view pattern :
       {"/api/.*", ".*api.*", "^/$", "(/a)?(\\?.*)?|/", "/x(\\?.*)?", "[^a]*", "\\*", "(?i)/API"}) {
    CAPTURE(pattern);
    CHECK_FALSE(never_matches(pattern, Subject::Path, Extent::Whole));
  }
  CHECK_FALSE(never_matches("api", Subject::Path, Extent::Part));
  CHECK(never_matches("\\?id", Subject::Path, Extent::Part));
  CHECK_FALSE(never_matches("^/api/v1", Subject::Path, Extent::Part));
  CHECK(never_matches("^api", Subject::Path, Extent::Part));
}

TEST_CASE("regex language: schemes and headers") {
  CHECK(never_matches("HTTPS", Subject::Scheme, Extent::Whole));
  CHECK_FALSE(never_matches("(?i)HTTPS", Subject::Scheme, Extent::Whole));
  CHECK(never_matches("https://", Subject::Scheme, Extent::Whole));
  CHECK_FALSE(never_matches("http|ws", Subject::Scheme, Extent::Whole));
  CHECK(never_matches("a\\nb", Subject::Header, Extent::Whole));
  CHECK_FALSE(never_matches("", Subject::Header, Extent::Whole));
}

TEST_CASE("regex language: what is too large to tell is taken to match") {
  CHECK_FALSE(never_matches("((a{100}){100}){5}$b", Subject::Any, Extent::Whole));
}

TEST_CASE("regex: a problem has its place in the pattern") {
  struct Row {
    std::string_view pattern;
    std::string_view part;
  };
  for (const Row& row : {Row{"a*b|*", "*"}, Row{"/x[z-a]", "z-a"}, Row{"ab\\1", "\\1"},
                         Row{"a{2}b{1001}", "{1001}"}, Row{"(a", "(a"}, Row{"a**", "**"}}) {
    CAPTURE(row.pattern);
    const auto problem = regex_problem(row.pattern);
    REQUIRE(problem.has_value());
    CHECK(row.pattern.substr(problem->begin, problem->end - problem->begin) == row.part);
  }
  CHECK(regex_problem("a*b|*")->begin == 4);
}

TEST_CASE("regex: the size of a program") {
  CHECK(regex_program_size(".*").value() < 10);
  CHECK(regex_program_size("(abc){10}").value() > 30);
  CHECK_FALSE(regex_program_size("((a{100}){100}){10}").has_value());
}

TEST_CASE("code points: sets") {
  CodePoints set = {{'a', 'c'}, {'x', 'z'}};
  set.add('d', 'f');
  CHECK(set.meets({{'f', 'g'}}));
  CHECK_FALSE(set.meets({{'g', 'w'}}));
  CHECK(set.inverse().inverse().meets({{'y', 'y'}}));
  CHECK_FALSE(set.inverse().meets(set));
  CHECK(CodePoints::all().inverse().empty());
  CHECK(CodePoints().inverse().meets({{CodePoints::kLast, CodePoints::kLast}}));
  CHECK(CodePoints{{5, 3}}.empty());
}

}  // namespace
}  // namespace egressctl::resource::validation
