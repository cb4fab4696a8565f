// Whole messages, and what the fixes make of the files: testdata/envoy/<name>.yaml with <name>.out
// and <name>.fixed.
#include "lib/testing/golden.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/envoy/test_filters.h"
#include "lib/testing/files.h"
#include "lib/testing/findings.h"

namespace egressctl::envoy {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(testing::testdata() / "envoy"))
    if (entry.path().extension() == ".yaml") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

TEST_CASE("envoy: every mistake has its whole message, place and way out") {
  REQUIRE(files().size() > 3);
  for (const fs::path& path : files()) {
    CAPTURE(path.filename());
    const Loaded loaded(path.filename().string(), testing::read_file(path));
    CHECK(loaded.reading.empty());
    CHECK(loaded.findings.empty());
    const Diagnostics findings = check_all(loaded);
    CHECK_FALSE(findings.empty());
    for (const Diagnostic& finding : findings) {
      CAPTURE(finding.message);
      CHECK(finding.range.known());
      CHECK_FALSE(finding.message.ends_with('.'));
      CHECK(finding.field.starts_with("spec.configPatches["));
    }
    testing::check_golden(fs::path(path).replace_extension(".out"), testing::show(findings));
  }
}

TEST_CASE("envoy: a fix mends what it is for and brings nothing new") {
  for (const fs::path& path : files()) {
    CAPTURE(path.filename());
    const Loaded loaded(path.filename().string(), testing::read_file(path));
    const Diagnostics before = check_all(loaded);
    const std::string text = testing::fixed(loaded.source, before);
    testing::check_golden(fs::path(path).replace_extension(".fixed"), text);
    const Loaded again(path.filename().string(), text);
    CHECK(again.reading.empty());
    CHECK(again.findings.empty());
    const Diagnostics after = check_all(again);
    CAPTURE(testing::show(after));
    CHECK(after.size() <= before.size());
  }
}

}  // namespace
}  // namespace egressctl::envoy
