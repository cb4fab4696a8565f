#include "lib/base/fixes.h"

#include <doctest/doctest.h>

namespace egressctl {
namespace {

constexpr RuleId kRule{"EGR9001", "test", Severity::Error};

Edit edit(const Source& source, std::uint32_t begin, std::uint32_t end, std::string text) {
  return {{&source, begin, end}, std::move(text)};
}

void add(Diagnostics& findings, Fix fix) {
  findings.report(kRule, {}, "x").fix(std::move(fix));
}

TEST_CASE("fixes: all that do not touch each other, in any order of their places") {
  const Source source("a", "0123456789");
  Diagnostics findings;
  add(findings, {.title = "b", .safe = true, .edits = {edit(source, 7, 9, "B")}});
  add(findings, {.title = "a", .safe = true, .edits = {edit(source, 1, 2, "AAA")}});
  add(findings, {.title = "c", .safe = true, .edits = {edit(source, 8, 10, "C")}});
  const AppliedFixes fixes = apply_fixes(findings, false);
  REQUIRE(fixes.sources.size() == 1);
  CHECK(fixes.sources.front().text == "0AAA23456B9");
  CHECK(fixes.applied == std::vector<bool>{true, true, false});
}

TEST_CASE("fixes: unsafe ones only when asked for, and a fix whole or not at all") {
  const Source a("a", "aaaa");
  const Source b("b", "bbbb");
  Diagnostics findings;
  add(findings, {.title = "1", .safe = true, .edits = {edit(a, 0, 1, "x")}});
  add(findings, {.title = "2", .safe = false, .edits = {edit(b, 0, 1, "y")}});
  add(findings, {.title = "3", .safe = true, .edits = {edit(a, 1, 2, "z"), edit(b, 3, 4, "z")}});
  CHECK(apply_fixes(findings, false).applied == std::vector<bool>{true, false, false});
  const AppliedFixes all = apply_fixes(findings, true);
  REQUIRE(all.sources.size() == 2);
  CHECK(all.sources[0].text == "xaaa");
  CHECK(all.sources[1].text == "ybbb");
}

TEST_CASE("fixes: nothing without findings") {
  CHECK(apply_fixes({}, true).sources.empty());
}

}  // namespace
}  // namespace egressctl
