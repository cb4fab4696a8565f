#include "lib/resource/structure.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/resource/test_resources.h"
#include "lib/testing/files.h"
#include "lib/testing/golden.h"

namespace egressctl::resource {
namespace {

namespace fs = std::filesystem;

Diagnostics check_all(const Loaded& loaded) {
  Diagnostics findings;
  for (const Resource& resource : loaded.resources) check_structure(resource, findings);
  return findings;
}

Loaded load_quietly(std::string name, std::string text) {
  return Loaded(std::move(name), std::move(text), {.report_wrong_types = false});
}

// A finding with all that people see of it.
std::string listing(const Diagnostics& findings) {
  std::string out;
  for (const Diagnostic& finding : findings) {
    out += fmt::format("{}: {}: {} [{} {}]\n", location(finding.range), to_string(finding.severity),
                       finding.message, finding.rule.id, finding.rule.name);
    out += fmt::format("  field: {}\n", finding.field);
    for (const RelatedRange& related : finding.related)
      out += fmt::format("  {}: {}\n", location(related.range), related.message);
    if (!finding.help.empty()) out += fmt::format("  help: {}\n", finding.help);
    if (!finding.fix) continue;
    out += fmt::format("  {}fix: {}\n", finding.fix->safe ? "safe " : "", finding.fix->title);
    for (const Edit& edit : finding.fix->edits)
      out += fmt::format("    {} -> {}\n", edit.range.text(), edit.text);
  }
  return out;
}

std::vector<fs::path> yaml_files(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

void expect_nothing(const std::vector<fs::path>& files) {
  for (const fs::path& path : files) {
    const Loaded loaded = load_quietly(path.string(), testing::read_file(path));
    for (const Diagnostic& finding : check_all(loaded))
      FAIL_CHECK(location(finding.range) << ": " << finding.message);
  }
}

}  // namespace

TEST_CASE("structure: the files of testdata/structure make the findings beside them") {
  for (const fs::path& path : yaml_files(testing::testdata() / "structure")) {
    CAPTURE(path.string());
    const Loaded loaded = load_quietly(path.filename().string(), testing::read_file(path));
    fs::path golden = path;
    testing::check_golden(golden.replace_extension(".out"), listing(check_all(loaded)));
  }
}

TEST_CASE("structure: manifests that egressctl generates have no findings") {
  const std::vector<fs::path> files = yaml_files(testing::testdata() / "generate");
  CHECK(files.size() >= 5);
  expect_nothing(files);
}

TEST_CASE("structure: manifests that istiod accepts have no findings") {
  const fs::path shared = testing::shared();
  std::vector<fs::path> files = yaml_files(shared / "anchors" / "istiod-xds");
  for (const fs::path& path : yaml_files(shared / "lab")) files.push_back(path);
  for (const fs::path& path : yaml_files(shared / "cases"))
    if (path.filename() == "good.yaml") files.push_back(path);
  if (files.empty()) MESSAGE("skipped: no reference data at \"" << shared.string() << "\"");
  expect_nothing(files);
}

}  // namespace egressctl::resource
