#include "lib/lint/baseline.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "lib/lint/run_rules.h"

namespace egressctl::lint {
namespace {

constexpr RuleId kOne{"EGR9001", "one", Severity::Error};
constexpr RuleId kTwo{"EGR9002", "two", Severity::Warning};

// A finding of a rule about the ConfigMap "a" of the workspace.
void add(Diagnostics& list, const RuleId& rule, const std::string& message) {
  list.report(rule, {}, "{}", message)
      .resource({.api_version = "v1", .kind = "ConfigMap", .name_space = "", .name = "a"});
}

Workspace workspace() {
  std::vector<std::unique_ptr<const Source>> sources;
  sources.push_back(std::make_unique<const Source>(
      "a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"));
  return Workspace(std::move(sources), 1);
}

Baseline read(const Source& source) {
  Diagnostics wrong;
  auto baseline = read_baseline(source, wrong);
  REQUIRE(baseline.has_value());
  CHECK(wrong.empty());
  return *std::move(baseline);
}

TEST_CASE("baseline: what is written is read, and hides what it was made of") {
  Diagnostics findings;
  add(findings, kTwo, "b, see a.yaml:3:4");
  add(findings, kOne, "x");
  add(findings, kOne, "x");
  findings.report(kOne, {}, "y");
  const std::string text = to_yaml(baseline_of(findings));
  const Source source("base.yaml", text);
  const Baseline baseline = read(source);
  REQUIRE(baseline.size() == 3);
  CHECK(baseline[0].resource.empty());
  CHECK(baseline[1].count == 2);
  CHECK(baseline[1].resource == "ConfigMap a");
  CHECK(to_yaml(baseline) == text);
  const auto result = apply_baseline(baseline, findings, workspace());
  CHECK(result.findings.empty());
  CHECK(result.stale.empty());
  CHECK(result.hidden == 4);
  CHECK(to_yaml(result.needed) == text);
}

TEST_CASE("baseline: findings move without becoming new, and one more of them is new") {
  Diagnostics before;
  add(before, kOne, "x, see a.yaml:3:4");
  const Source source("base.yaml", to_yaml(baseline_of(before)));
  Diagnostics after;
  add(after, kOne, "x, see b.yaml:30:40");
  add(after, kOne, "x, see b.yaml:50:6");
  add(after, kTwo, "x, see b.yaml:50:6");
  const auto result = apply_baseline(read(source), after, workspace());
  REQUIRE(result.findings.size() == 2);
  CHECK(result.findings[0].message == "x, see b.yaml:50:6");
  CHECK(result.findings[1].rule.id == kTwo.id);
}

TEST_CASE("baseline: entries that stand for nothing are told where they stand") {
  Diagnostics before;
  add(before, kOne, "gone");
  add(before, kTwo, "less");
  add(before, kTwo, "less");
  before.report(kTwo, {}, "elsewhere")
      .resource({.api_version = "v1", .kind = "Gateway", .name_space = "x", .name = "b"});
  const Source source("base.yaml", to_yaml(baseline_of(before)));
  Diagnostics after;
  add(after, kTwo, "less");
  const auto result = apply_baseline(read(source), after, workspace());
  REQUIRE(result.stale.size() == 3);
  CHECK(result.stale[0].message == "EGR9001 of ConfigMap a is not found any more");
  CHECK(location(result.stale[0].range) == "base.yaml:5:3");
  CHECK(result.stale[1].message == "EGR9002 of ConfigMap a is found 1 times, not 2");
  CHECK(result.stale[2].message == "1 entry is of what was not read");
  CHECK(result.stale[2].severity == Severity::Info);
  REQUIRE(result.needed.size() == 1);
  CHECK(result.needed[0].count == 1);
}

TEST_CASE("baseline: what is about a file and no resource is gone when that file was read") {
  Diagnostics before;
  before.report(kOne, {}, "in a comment").path("a.yaml");
  before.report(kOne, {}, "in a comment").path("other.yaml");
  const Source source("base.yaml", to_yaml(baseline_of(before)));
  const auto result = apply_baseline(read(source), {}, workspace());
  REQUIRE(result.stale.size() == 2);
  CHECK(result.stale[0].message == "EGR9001 of a.yaml is not found any more");
  CHECK(result.stale[1].message == "1 entry is of what was not read");
  CHECK(apply_baseline(read(source), before, workspace()).hidden == 2);
}

TEST_CASE("baseline: an empty one is a baseline, and one with something unknown is none") {
  const Source empty("base.yaml", "# nothing yet\n");
  CHECK(read(empty).empty());
  const Source written("base.yaml", to_yaml({}));
  CHECK(read(written).empty());
  for (const char* text :
       {"version: 2\n", "versoin: 1\n", "- a\n", "findings: 1\n", "findings: [{rule: EGR0001}]\n",
        "findings: [{rule: A, fingerprint: b, count: 0}]\n", "findings: [1]\n", "a: {\n",
        "findings: [{rule: A, fingerprint: b, line: 3}]\n", "version: 1\n---\nversion: 1\n"}) {
    CAPTURE(text);
    const Source source("base.yaml", text);
    Diagnostics wrong;
    CHECK_FALSE(read_baseline(source, wrong).has_value());
    REQUIRE_FALSE(wrong.empty());
    CHECK(wrong[0].range.known());
  }
}

}  // namespace
}  // namespace egressctl::lint
