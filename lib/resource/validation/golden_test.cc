// Whole messages, and what the fixes make of the files: testdata/validation/bad/<name>.yaml with
// <name>.out and <name>.fixed.
#include "lib/testing/golden.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/resource/test_resources.h"
#include "lib/resource/validation/rules.h"
#include "lib/resource/validation/validate.h"

namespace egressctl::resource::validation {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(EGRESSCTL_TESTDATA) / "validation" / "bad";

std::vector<fs::path> files() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(kFolder))
    if (entry.path().extension() == ".yaml") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

Diagnostics validate_all(const Loaded& loaded) {
  Diagnostics findings;
  for (const Resource& resource : loaded.resources) validate(resource, findings);
  findings.sort();
  return findings;
}

std::string show(const Diagnostics& findings) {
  std::string out;
  for (const Diagnostic& d : findings) {
    std::string aliases;
    for (const std::string& alias : d.aliases) aliases += " " + alias;
    out += fmt::format("{}: {}: {} [{} {}{}]\n  at {}\n", location(d.range), to_string(d.severity),
                       d.message, d.rule.id, d.rule.name, aliases, d.field);
    for (const RelatedRange& related : d.related)
      out += fmt::format("  {}: {}\n", location(related.range), related.message);
    if (!d.help.empty()) out += fmt::format("  help: {}\n", d.help);
    if (d.fix) out += fmt::format("  {}: {}\n", d.fix->safe ? "fix" : "unsafe fix", d.fix->title);
  }
  return out;
}

// The text with all safe fixes whose edits do not overlap with those of an earlier one.
std::string fixed(const Source& source, const Diagnostics& findings) {
  std::vector<Edit> edits;
  for (const Diagnostic& finding : findings) {
    if (!finding.fix || !finding.fix->safe) continue;
    const auto& more = finding.fix->edits;
    const bool overlaps = std::any_of(more.begin(), more.end(), [&](const Edit& edit) {
      return std::any_of(edits.begin(), edits.end(), [&](const Edit& other) {
        return edit.range.begin <= other.range.end && other.range.begin <= edit.range.end;
      });
    });
    if (!overlaps) edits.insert(edits.end(), more.begin(), more.end());
  }
  std::sort(edits.begin(), edits.end(),
            [](const Edit& a, const Edit& b) { return a.range.begin > b.range.begin; });
  std::string out(source.text());
  for (const Edit& edit : edits)
    out.replace(edit.range.begin, edit.range.end - edit.range.begin, edit.text);
  return out;
}

}  // namespace

TEST_CASE("validation: every mistake has its whole message, place and way out") {
  REQUIRE(files().size() > 5);
  for (const fs::path& path : files()) {
    CAPTURE(path.filename());
    const Loaded loaded(path.filename().string(), testing::read_file(path));
    CHECK(loaded.reading.empty());
    CHECK(loaded.findings.empty());
    const Diagnostics findings = validate_all(loaded);
    for (const Diagnostic& finding : findings) {
      CAPTURE(finding.message);
      CHECK(finding.range.known());
      CHECK(finding.range.end <= loaded.source.text().size());
      CHECK_FALSE(finding.message.ends_with('.'));
      CHECK_FALSE(finding.resource.kind.empty());
    }
    testing::check_golden(fs::path(path).replace_extension(".out"), show(findings));
  }
}

TEST_CASE("validation: a fix mends what it is for and brings nothing new") {
  for (const fs::path& path : files()) {
    CAPTURE(path.filename());
    const Loaded loaded(path.filename().string(), testing::read_file(path));
    const Diagnostics before = validate_all(loaded);
    const std::string text = fixed(loaded.source, before);
    testing::check_golden(fs::path(path).replace_extension(".fixed"), text);
    const Loaded again(path.filename().string(), text);
    CHECK(again.reading.empty());
    CHECK(again.findings.empty());
    const Diagnostics after = validate_all(again);
    CHECK(after.size() <= before.size());
    std::set<std::string_view> rules;
    for (const Diagnostic& finding : before) rules.insert(finding.rule.id);
    for (const Diagnostic& finding : after) CHECK(rules.contains(finding.rule.id));
  }
}

TEST_CASE("validation: every rule has a message among the goldens") {
  std::string all;
  for (const fs::path& path : files())
    all += testing::read_file(fs::path(path).replace_extension(".out"));
  for (const RuleId& rule : kRules) {
    CAPTURE(rule.id);
    CHECK(all.find(fmt::format("[{} {}", rule.id, rule.name)) != std::string::npos);
  }
}

TEST_CASE("validation: rules have unique ids and names, in order") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (i > 0) CHECK(kRules[i - 1].id < kRules[i].id);
    CHECK(names.insert(kRules[i].name).second);
  }
}

}  // namespace egressctl::resource::validation
