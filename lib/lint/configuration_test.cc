#include "lib/lint/configuration.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lib/lint/registry.h"
#include "lib/testing/files.h"

namespace egressctl::lint {
namespace {

std::string problems(const std::string& text) {
  const Source source("c.yaml", text);
  Diagnostics wrong;
  const bool read = read_configuration(source, wrong).has_value();
  CHECK(read == wrong.empty());
  std::string out;
  for (const Diagnostic& one : wrong)
    out += fmt::format("{}: {}\n", location(one.range), one.message);
  return out;
}

TEST_CASE("configuration: all that there is, read") {
  const Source source("c.yaml", R"(fail-on: warning
min-severity: info
profile: posture
baseline: known.yaml
exclude: [gen/, "!gen/keep.yaml"]
rules: {EGR0203: off, unknown-field: info}
per-path:
  "legacy/**": {rules: {EGR0203: warning}}
mesh:
  istioVersion: 1.30
  rootNamespace: istio-config
  clusterDomain: corp.local
  meshConfig: mesh.yaml
  outboundTrafficPolicy: ALLOW_ANY
)");
  Diagnostics wrong;
  const auto read = read_configuration(source, wrong);
  REQUIRE(wrong.empty());
  REQUIRE(read.has_value());
  CHECK(read->settings.size() == settings().size());
  CHECK(read->settings.at("mesh.istioVersion").text == "1.30");
  CHECK(read->exclude[1].text == "!gen/keep.yaml");
  REQUIRE(read->rules.size() == 2);
  CHECK(read->rules[0].level == Level::Off);
  CHECK(read->rules[1].rule == "EGR0114");
  CHECK(read->per_path[0].rules[0].level == Level::Warning);
  CHECK(*read->outbound == resource::OutboundMode::AllowAny);
  CHECK(location(read->outbound.range) == "c.yaml:14:26");
}

TEST_CASE("configuration: an empty file sets nothing") {
  CHECK(problems("") == "");
  CHECK(problems("# later\n") == "");
}

TEST_CASE("configuration: what is not known is told with its place and what was meant") {
  CHECK(problems("fail_on: error\n") ==
        "c.yaml:1:1: unknown key \"fail_on\"; did you mean "
        "\"fail-on\"?\n");
  CHECK(problems("colour: x\n") ==
        "c.yaml:1:1: unknown key \"colour\"; expected one of fail-on, min-severity, profile, "
        "baseline, mesh, exclude, rules, per-path\n");
  CHECK(problems("fail-on: errors\n") ==
        "c.yaml:1:10: unknown value \"errors\" of \"fail-on\"; did you mean \"error\"?\n");
  CHECK(problems("rules: {EGR0203: of, unknown-feild: off, no-such-thing-at-all: off}\n") ==
        "c.yaml:1:18: unknown value \"of\" of \"EGR0203\"; did you mean \"off\"?\n"
        "c.yaml:1:22: no rule \"unknown-feild\"; did you mean \"unknown-field\"?\n"
        "c.yaml:1:42: no rule \"no-such-thing-at-all\"; `egressctl rules` lists them\n");
  CHECK(problems("mesh: {rootnamespace: x}\n") ==
        "c.yaml:1:8: unknown key \"rootnamespace\" in \"mesh\"; did you mean "
        "\"rootNamespace\"?\n");
  CHECK(problems("per-path: {a/: {rule: {}}}\n") ==
        "c.yaml:1:17: unknown key \"rule\" in \"per-path.a/\"; did you mean \"rules\"?\n");
  CHECK(problems("exclude: gen/\nrules: []\nmesh: 1\nper-path: 2\n") ==
        "c.yaml:1:10: \"exclude\" is not a list\n"
        "c.yaml:2:8: \"rules\" is not a mapping of rules to levels\n"
        "c.yaml:3:7: \"mesh\" is no mapping\n"
        "c.yaml:4:11: \"per-path\" is no mapping of patterns\n");
}

TEST_CASE("configuration: levels by rule, then by path, the last one first") {
  const Source source("c.yaml", R"(rules: {EGR0203: info, EGR0114: off}
per-path:
  "legacy/**": {rules: {EGR0203: off, EGR0114: warning}}
  "legacy/new.yaml": {rules: {EGR0203: error}}
)");
  Diagnostics wrong;
  const auto read = read_configuration(source, wrong);
  REQUIRE(read.has_value());
  Diagnostics findings;
  for (const char* path : {"a.yaml", "legacy/b.yaml", "legacy/new.yaml"})
    for (const char* rule : {"EGR0203", "EGR0114", "EGR0202"})
      findings.report(find_rule(rule)->info.id, {}, "x").path(path);
  std::string out;
  for (const Diagnostic& one :
       with_levels(findings, *read, [](const std::string& path) { return path; }))
    out += fmt::format("{} {} {}\n", one.path, one.rule.id, to_string(one.severity));
  CHECK(out ==
        "a.yaml EGR0203 info\na.yaml EGR0202 error\n"
        "legacy/b.yaml EGR0114 warning\nlegacy/b.yaml EGR0202 error\n"
        "legacy/new.yaml EGR0203 error\nlegacy/new.yaml EGR0114 warning\n"
        "legacy/new.yaml EGR0202 error\n");
}

TEST_CASE("configuration: variables are called like the flags") {
  CHECK(variable_of("--fail-on") == "EGRESSCTL_FAIL_ON");
}

TEST_CASE("configuration: the schema has every setting and every rule") {
  const auto schema = nlohmann::json::parse(configuration_schema());
  CHECK(schema.at("$schema") == "http://json-schema.org/draft-07/schema#");
  CHECK(schema.at("additionalProperties") == false);
  CHECK(schema.at("properties").size() == 8);
  CHECK(schema.at("properties").at("mesh").at("properties").size() == 5);
  CHECK(schema.at("definitions").at("rules").at("properties").size() == 2 * all_rules().size());
}

TEST_CASE("docs/configuration.md: every setting has a row, and its example is read") {
  const std::string text = testing::read_file(testing::testdata() / "../docs/configuration.md");
  for (const SettingInfo& info : settings()) {
    CAPTURE(info.key);
    const std::string flag = info.flag.empty() ? "" : fmt::format("`{}`", info.flag);
    CHECK(text.find(fmt::format("| `{}` | {} | {} |\n", info.key, flag, info.description)) !=
          std::string::npos);
  }
  const std::size_t begin = text.find("```yaml\n") + 8;
  CHECK(problems(text.substr(begin, text.find("```\n", begin) - begin)) == "");
}

}  // namespace
}  // namespace egressctl::lint
