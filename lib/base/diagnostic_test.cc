#include "lib/base/diagnostic.h"

#include <string>

#include <doctest/doctest.h>

#include "lib/base/text.h"

namespace egressctl {
namespace {

constexpr RuleId kFirst{"EGR9001", "first", Severity::Error};
constexpr RuleId kSecond{"EGR9002", "second", Severity::Warning};

TEST_CASE("diagnostic: a report has its rule's severity and the parts that were added") {
  const Source source("f.yaml", "a: b\n");
  Diagnostics diagnostics;
  diagnostics.report(kSecond, {&source, 3, 4}, "\"{}\" is wrong", "b")
      .related({&source, 0, 1}, "of this key")
      .help("write c")
      .field("a");
  REQUIRE(diagnostics.size() == 1);
  CHECK(diagnostics[0].message == "\"b\" is wrong");
  CHECK(diagnostics[0].severity == Severity::Warning);
  CHECK(diagnostics[0].related[0].message == "of this key");
  CHECK(diagnostics[0].help == "write c");
  CHECK(diagnostics[0].field == "a");
  CHECK(path_of(diagnostics[0]) == "f.yaml");
  CHECK(diagnostics.any(Severity::Warning));
  CHECK_FALSE(diagnostics.any(Severity::Error));
  CHECK(diagnostics.count(Severity::Warning) == 1);
}

TEST_CASE("diagnostic: of a text of megabytes the middle is left out, characters stay whole") {
  Diagnostics diagnostics;
  std::string euros;
  while (euros.size() < 10'000'000) euros += "\u20ac";
  Diagnostic finding;
  finding.message = "host \"" + euros + "\" is wrong";
  finding.help = "write \"" + euros + "\"";
  diagnostics.add(finding);
  const std::string& message = diagnostics[0].message;
  CHECK(message.size() < 2'000);
  CHECK(message.starts_with("host \"\u20ac"));
  CHECK(message.ends_with("\u20ac\" is wrong"));
  CHECK(message.find("\u20ac[...]\u20ac") != std::string::npos);
  CHECK_FALSE(first_invalid_utf8(message).has_value());
  CHECK(diagnostics[0].help.size() < 2'000);
}

TEST_CASE("diagnostic: sorted by path, place and rule, equal ones in their order") {
  const Source a("a.yaml", "0123456789");
  const Source b("b.yaml", "0123456789");
  Diagnostics diagnostics;
  diagnostics.report(kFirst, {&b, 0, 1}, "b0");
  diagnostics.report(kSecond, {&a, 5, 6}, "a5 second");
  diagnostics.report(kFirst, {&a, 5, 6}, "a5 first");
  diagnostics.report(kFirst, {&a, 5, 6}, "a5 first again");
  diagnostics.report(kFirst, {&a, 1, 2}, "a1");
  diagnostics.sort();
  std::string order;
  for (const Diagnostic& d : diagnostics) order += d.message + "; ";
  CHECK(order == "a1; a5 first; a5 first again; a5 second; b0; ");
}

}  // namespace
}  // namespace egressctl
