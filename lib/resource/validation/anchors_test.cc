// Verdicts of Istio's own validation against ours.
#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "lib/base/text.h"
#include "lib/resource/test_resources.h"
#include "lib/resource/validation/rules.h"
#include "lib/resource/validation/validate.h"
#include "lib/testing/files.h"

namespace egressctl::resource::validation {
namespace {

namespace fs = std::filesystem;

// Resources that lost, when they were written down, what Istio objected to: `portLevelMtls: {}`. As
// they stand Istio accepts them.
constexpr std::string_view kLost[] = {"PeerAuthentication-44763c5bf7",
                                      "PeerAuthentication-ea1307f9c8"};

struct Count {
  std::size_t rows = 0;
  std::size_t errors = 0;    // rows whose error verdict is the same
  std::size_t warnings = 0;  // the same for warnings
};

// Whether Istio warns of it. Its code for errors is IST0106.
bool is_istio_warning(const Diagnostic& finding) {
  return std::any_of(finding.aliases.begin(), finding.aliases.end(),
                     [](const std::string& alias) { return alias.starts_with("IST013"); });
}

// Compares one line: {"id", "resource", "error", "warning"}; the verdicts are texts or bools.
void compare(std::string line, Count& count) {
  const Loaded loaded("row.json", std::move(line));
  REQUIRE(loaded.documents.size() == 1);
  const yaml::Node& row = loaded.documents[0].root();
  const auto verdict = [&](std::string_view key) {
    const yaml::Node* node = row.find(key);
    REQUIRE(node != nullptr);
    return !node->scalar.empty() && node->scalar != "false";
  };
  const std::string id(row.find("id")->scalar);
  if (std::find(std::begin(kLost), std::end(kLost), id) != std::end(kLost)) return;
  const yaml::Node* resource = row.find("resource");
  REQUIRE(resource != nullptr);
  const Loaded object("resource.json", std::string(resource->range.text()));
  Diagnostics findings;
  for (const Resource& each : object.resources) validate(each, findings);
  const bool error = object.findings.any(Severity::Error) || findings.any(Severity::Error);
  const bool warning = std::any_of(findings.begin(), findings.end(), is_istio_warning);
  ++count.rows;
  std::string said;
  for (const Diagnostic& finding : findings) said += finding.message + "; ";
  INFO("id: " << id << ", we say: " << said);
  if (error == verdict("error")) ++count.errors;
  CHECK(error == verdict("error"));
  // Istio gives no warnings with some of its errors; what we say besides is no disagreement.
  if (warning == verdict("warning")) ++count.warnings;
  CHECK(warning == verdict("warning"));
}

Count compare_all(const fs::path& path) {
  Count count;
  const std::string text = testing::read_file(path);
  for (const std::string_view line : split(text, '\n'))
    if (!line.empty()) compare(std::string(line), count);
  MESSAGE(count.errors << " of " << count.rows << " errors, " << count.warnings << " of "
                       << count.rows << " warnings");
  return count;
}

}  // namespace

TEST_CASE("validation: agrees with Istio on every resource of the anchors") {
  const fs::path path = testing::shared() / "anchors" / "istio-validation.jsonl";
  if (fs::exists(path)) {
    const Count count = compare_all(path);
    CHECK(count.rows > 100);
    return;
  }
  MESSAGE("skipped: the anchors are not there");
}

// Resources changed at random, with what Istio 1.31's validation said of them.
TEST_CASE("validation: agrees with Istio on mutants, one for each of its messages") {
  const Count count = compare_all(testing::testdata() / "validation" / "mutants.jsonl");
  CHECK(count.rows > 300);
}

TEST_CASE("validation: manifests that work have no findings") {
  std::size_t resources = 0;
  for (const std::string_view folder : {"lint/cases", "generate"}) {
    for (const auto& entry : fs::recursive_directory_iterator(testing::testdata() / folder)) {
      const fs::path& path = entry.path();
      if (path.extension() != ".yaml" || path.filename() == "bad.yaml") continue;
      const Loaded loaded(path.string(), testing::read_file(path));
      Diagnostics findings;
      for (const Resource& resource : loaded.resources) validate(resource, findings);
      resources += loaded.resources.size();
      CAPTURE(path);
      for (const Diagnostic& finding : findings) {
        INFO(finding.message);
        // Told of every EnvoyFilter.
        CHECK(finding.rule.id == "EGR0177");
      }
    }
  }
  CHECK(resources > 100);
}

// "# expect: EGR0104 VirtualService payments/cards spec.tls[0].match[0].sniHosts[0]"
TEST_CASE(
    "validation: the cases of its rules have the finding where it is expected, and no other") {
  std::size_t cases = 0;
  for (const auto& entry : fs::directory_iterator(testing::testdata() / "lint" / "cases")) {
    const std::string name = entry.path().filename().string();
    const auto* const rule = std::find_if(kRules.begin(), kRules.end(), [&](const RuleId& each) {
      return name.starts_with(each.id) && each.id < "EGR0200";
    });
    if (rule == kRules.end()) continue;
    const std::string text = testing::read_file(entry.path() / "bad.yaml");
    const Loaded loaded("bad.yaml", text);
    Diagnostics findings;
    for (const Resource& resource : loaded.resources) {
      Diagnostics all;
      validate(resource, all);
      for (const Diagnostic& finding : all)
        // Told of every EnvoyFilter.
        if (finding.rule.id == rule->id || finding.rule.id != kEnvoyInternals.id)
          findings.add(finding);
    }
    CAPTURE(name);
    REQUIRE(findings.size() == 1);
    const Diagnostic& finding = findings[0];
    CHECK(text.starts_with(fmt::format("# expect: {} {} {}/{} {}\n", finding.rule.id,
                                       finding.resource.kind, finding.resource.name_space,
                                       finding.resource.name, finding.field)));
    ++cases;
  }
  CHECK(cases >= 10);
}

}  // namespace egressctl::resource::validation
