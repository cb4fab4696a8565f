#include "lib/render/diagnostics.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "lib/base/text.h"
#include "lib/render/fixture.h"
#include "lib/testing/golden.h"

namespace egressctl::render {
namespace {

using egressctl::testing::check_golden;

struct Case {
  std::string name;
  testing::Fixture fixture;
};

std::array<Case, 3> cases() {
  return {Case{"none", testing::no_findings()}, Case{"one", testing::one_finding()},
          Case{"many", testing::many_findings()}};
}

constexpr Totals kTotals{.files = 5, .documents = 7, .resources = 6};

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n') || byte == 0x7F;
}

TEST_CASE("render: each format of none, one and many findings is as it was accepted") {
  for (const Case& one : cases()) {
    for (const std::string_view name : format_names()) {
      CAPTURE(one.name);
      CAPTURE(name);
      const Format format = *format_of(name);
      check_golden("render/" + one.name + "." + std::string(name),
                   to_string(one.fixture.diagnostics, format, {}, kTotals));
    }
    check_golden("render/" + one.name + ".color",
                 to_text(one.fixture.diagnostics, {.color = true, .width = 60}));
  }
}

TEST_CASE("render: no format lets control characters, overrides and broken UTF-8 through") {
  const testing::Fixture fixture = testing::many_findings();
  for (const std::string_view name : format_names()) {
    CAPTURE(name);
    const std::string out = to_string(fixture.diagnostics, *format_of(name), {}, kTotals);
    CHECK(std::none_of(out.begin(), out.end(), is_control));
    CHECK(out.find("\xE2\x80\xAE") == std::string::npos);
    CHECK(out.find("\xC2\x9B") == std::string::npos);
    CHECK_FALSE(first_invalid_utf8(out).has_value());
  }
}

TEST_CASE("render: colour adds escapes and nothing else") {
  const testing::Fixture fixture = testing::many_findings();
  const std::string colored = to_text(fixture.diagnostics, {.color = true});
  std::string plain;
  for (std::size_t i = 0; i < colored.size(); ++i) {
    if (colored[i] == '\x1b')
      i = colored.find('m', i);
    else
      plain += colored[i];
  }
  CHECK(colored != plain);
  CHECK(plain == to_text(fixture.diagnostics, {}));
}

TEST_CASE("render: no source line is wider than asked for") {
  const testing::Fixture fixture = testing::many_findings();
  constexpr std::string_view kGutter = "   1 | ";
  for (const std::size_t width : {0U, 20U, 21U, 40U, 79U, 120U}) {
    CAPTURE(width);
    const std::string out = to_text(fixture.diagnostics, {.color = false, .width = width});
    for (const std::string_view line : split(out, '\n')) {
      if (line.find(" | ") != kGutter.find(" | ")) continue;
      const bool ascii = std::all_of(line.begin(), line.end(), [](char c) { return c > 0; });
      if (ascii) CHECK(line.size() <= kGutter.size() + std::max<std::size_t>(width, 20));
    }
  }
}

TEST_CASE("render: JSON parses, counts what is in it and has every key in every finding") {
  for (const Case& one : cases()) {
    CAPTURE(one.name);
    const Diagnostics& diagnostics = one.fixture.diagnostics;
    const auto json = nlohmann::json::parse(to_json(diagnostics, kTotals));
    CHECK(json.at("version") == 1);
    CHECK(json.at("summary").at("files") == kTotals.files);
    CHECK(json.at("summary").at("errors") == diagnostics.count(Severity::Error));
    REQUIRE(json.at("diagnostics").size() == diagnostics.size());
    std::set<std::string> fingerprints;
    for (const auto& finding : json.at("diagnostics")) {
      for (const char* key : {"rule", "name", "severity", "message", "path", "range", "field",
                              "resource", "aliases", "related", "help", "fix", "fingerprint"})
        CHECK(finding.contains(key));
      CHECK(fingerprints.insert(finding.at("fingerprint").get<std::string>()).second);
    }
    const std::string jsonl = to_jsonl(diagnostics);
    std::size_t lines = 0;
    for (const std::string_view line : split(jsonl, '\n')) {
      if (line.empty()) continue;
      CHECK(nlohmann::json::parse(line) == json.at("diagnostics").at(lines));
      ++lines;
    }
    CHECK(lines == diagnostics.size());
  }
}

TEST_CASE("render: format names and formats are the same list") {
  for (const std::string_view name : format_names()) {
    const auto format = format_of(name);
    REQUIRE(format.has_value());
    CHECK(format_names()[static_cast<std::size_t>(*format)] == name);
  }
  CHECK_FALSE(format_of("yaml").has_value());
}

TEST_CASE("render: the summary counts by severity, worst first, and says in how many files") {
  CHECK(summary_line(testing::no_findings().diagnostics, 3).empty());
  CHECK(summary_line(testing::one_finding().diagnostics, 1) == "1 error in 1 file\n");
  CHECK(summary_line(testing::one_finding().diagnostics, 14) == "1 error in 1 of 14 files\n");
  CHECK(summary_line(testing::many_findings().diagnostics, 4) ==
        "13 errors, 2 warnings, 1 info in 4 files\n");
  Diagnostics nowhere;
  nowhere.report(RuleId{"EGR1", "x", Severity::Info}, {}, "about nothing");
  CHECK(summary_line(nowhere, 2) == "1 info\n");
}

}  // namespace
}  // namespace egressctl::render
