// Regular expressions and CEL.
#include <string>

#include <doctest/doctest.h>

#include "lib/resource/validation/cel_syntax.h"
#include "lib/resource/validation/regex.h"

namespace egressctl::resource::validation {

TEST_CASE("regex: RE2's syntax, with Go's limits") {
  for (const std::string_view good : {".*", "/api/.+", "a|b", "(?P<n>a)", "(?<n>a)", "[[:alpha:]]+",
                                      "\\d{3}", "a{1000}", "\\Q\\C\\E", "\\\\C"}) {
    CAPTURE(good);
    CHECK_FALSE(regex_problem(good).has_value());
  }
  for (const std::string_view bad : {"*", "*.com", "(", "[a", "a**", "a++", "(?=a)", "(?<!a)",
                                     "\\1", "a{1001}", "\\C", "(?P<\xC3\xA9>a)"}) {
    CAPTURE(bad);
    CHECK(regex_problem(bad).has_value());
  }
}

TEST_CASE("cel: expressions") {
  for (const std::string_view good :
       {"true", "response.code >= 400", "has(a.b) && !(c in [1, 2,])", "a ? b : c ? d : e",
        "x.all(y, y > 1)", "x.map(y, y > 1, y)", "{'a': 1, \"b\": 2u}", "pkg.Message{a: 1}",
        "r'\\d' == b\"x\"", "'''a\nb'''", "a // comment", "-9223372036854775808", "0xFF + .5e-3",
        "request.headers['x-id']", "a.`content-type`", "!-1"}) {
    CAPTURE(good);
    CHECK_FALSE(cel_syntax_problem(good));
  }
  for (const std::string_view bad :
       {"", "a >", "a = b", "a & b", "(a", "a)", "f(1,)", "[1, 2", "'x", "'\\q'", "has(a)",
        "x.all(1, y)", "a b", "a..b", "if", "9223372036854775808", "f(){a: 1}", "-!a", "a @ b"}) {
    CAPTURE(bad);
    CHECK(cel_syntax_problem(bad));
  }
  CHECK(cel_syntax_problem("a = b").value() == "\"=\" is no operator, \"==\" is");
  CHECK(cel_syntax_problem("a >").value() == "it ends too early");
}

TEST_CASE("cel: deep nesting is refused, not followed") {
  CHECK_FALSE(cel_syntax_problem(std::string(200, '(') + "a" + std::string(200, ')')));
  CHECK(cel_syntax_problem(std::string(100000, '(')));
  CHECK(cel_syntax_problem(std::string(100000, '[')));
  CHECK(cel_syntax_problem(std::string(100000, '!')));
}

}  // namespace egressctl::resource::validation
