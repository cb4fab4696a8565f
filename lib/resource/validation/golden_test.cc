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
#include "lib/resource/validation/kubernetes.h"
#include "lib/resource/validation/rules.h"
#include "lib/resource/validation/validate.h"
#include "lib/testing/files.h"
#include "lib/testing/findings.h"

namespace egressctl::resource::validation {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = testing::testdata() / "validation" / "bad";

std::vector<fs::path> files() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(kFolder))
    if (entry.path().extension() == ".yaml") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

Diagnostics validate_all(const Loaded& loaded) {
  Diagnostics findings;
  for (const Resource& resource : loaded.resources) {
    validate(resource, findings);
    check_kubernetes(resource, nullptr, findings);
  }
  findings.sort();
  return findings;
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
    testing::check_golden(fs::path(path).replace_extension(".out"), testing::show(findings));
  }
}

TEST_CASE("validation: a fix mends what it is for and brings nothing new") {
  for (const fs::path& path : files()) {
    CAPTURE(path.filename());
    const Loaded loaded(path.filename().string(), testing::read_file(path));
    const Diagnostics before = validate_all(loaded);
    const std::string text = testing::fixed(loaded.source, before);
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
