// Fixes do what they say: a file that is fixed has no finding left of the rules that fixed it.
#include "lib/base/fixes.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lib/lint/linter.h"
#include "lib/lint/registry.h"
#include "lib/testing/files.h"

namespace egressctl::lint {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxPasses = 10;
constexpr std::size_t kRulesWithFixes = 15;

// Rules whose fix writes a whole resource, an item or another kind of route.
constexpr std::string_view kLargeFixes[] = {"EGR0210", "EGR0301", "EGR0303", "EGR0306", "EGR0405",
                                            "EGR0502", "EGR0510", "EGR0612", "EGR0904", "EGR0905"};

// All manifests of testdata that are wrong in some way.
std::vector<fs::path> bad_files() {
  std::vector<fs::path> out;
  for (const char* folder : {"lint/cases", "validation", "structure", "envoy"})
    for (const auto& entry : fs::recursive_directory_iterator(testing::testdata() / folder))
      if (entry.path().extension() == ".yaml" && entry.path().filename() != "good.yaml")
        out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

struct Checked {
  std::unique_ptr<const Workspace> workspace;
  Diagnostics findings;
};

Checked check(const std::string& text) {
  std::vector<std::unique_ptr<const Source>> sources;
  sources.push_back(std::make_unique<const Source>("fixed.yaml", text));
  Checked out;
  out.workspace = std::make_unique<const Workspace>(std::move(sources), 1);
  Options options;
  options.posture = true;
  options.suppressions = false;
  out.findings = lint(*out.workspace, options, Depth::Everything, 1);
  return out;
}

std::set<std::string_view> errors_of(const Diagnostics& findings) {
  std::set<std::string_view> out;
  for (const Diagnostic& finding : findings)
    if (finding.severity == Severity::Error) out.insert(finding.rule.id);
  return out;
}

bool has_fix(const Diagnostic& finding) {
  return finding.fix && !finding.fix->edits.empty();
}

TEST_CASE("fixes: a fixed file lints clean of the rules that mended it, and has no new error") {
  std::set<std::string_view> fixed;
  for (const fs::path& path : bad_files()) {
    CAPTURE(path.string());
    Checked now = check(testing::read_file(path));
    // A pair has one mistake; the other files have many, of which some have no fix.
    const bool pair = path.filename() == "bad.yaml";
    const std::set<std::string_view> errors = errors_of(now.findings);
    std::set<std::string_view> here;
    for (int pass = 0; pass < kMaxPasses; ++pass) {
      const AppliedFixes fixes = apply_fixes(now.findings, true);
      if (fixes.sources.empty()) break;
      for (std::size_t i = 0; i < now.findings.size(); ++i)
        if (fixes.applied[i]) here.insert(now.findings[i].rule.id);
      now = check(fixes.sources.front().text);
    }
    std::string left;
    for (const Diagnostic& finding : now.findings)
      if (has_fix(finding) || (pair && here.contains(finding.rule.id)))
        left +=
            fmt::format("{}: {} {}\n", location(finding.range), finding.rule.id, finding.message);
    if (pair)
      for (const std::string_view rule : errors_of(now.findings))
        if (!errors.contains(rule)) left += fmt::format("{}: new\n", rule);
    CHECK(left == "");
    fixed.insert(here.begin(), here.end());
  }
  CAPTURE(fmt::format("{}", fmt::join(fixed, " ")));
  CHECK(fixed.size() >= kRulesWithFixes);
  for (const std::string_view rule : kLargeFixes) {
    CAPTURE(rule);
    CHECK(fixed.contains(rule));
  }
}

}  // namespace
}  // namespace egressctl::lint
