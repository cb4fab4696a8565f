#include "lib/testing/golden.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/spec/read.h"
#include "lib/spec/rules.h"
#include "lib/testing/files.h"

namespace egressctl::spec {
namespace {

namespace fs = std::filesystem;

const fs::path kSpecs = testing::testdata() / "specs";

std::vector<fs::path> specs_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".yaml") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

std::string show(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& d : diagnostics) {
    text += fmt::format("{}: {}: {} [{} {}]\n", location(d.range), to_string(d.severity), d.message,
                        d.rule.id, d.rule.name);
    for (const RelatedRange& related : d.related)
      text += fmt::format("  {}: {}\n", location(related.range), related.message);
    if (!d.help.empty()) text += fmt::format("  help: {}\n", d.help);
  }
  return text;
}

// Reads every document; `accepted` is raised by the number of specs among them.
Diagnostics read_all(const Source& source, std::size_t& accepted) {
  Diagnostics diagnostics;
  for (const yaml::Document& document : yaml::load(source, diagnostics)) {
    const std::size_t before = diagnostics.count(Severity::Error);
    const bool is_spec = read(document, diagnostics).has_value();
    // A document with an error is no spec, one without is.
    CHECK(is_spec == (diagnostics.count(Severity::Error) == before));
    accepted += is_spec ? 1U : 0U;
  }
  diagnostics.sort();
  return diagnostics;
}

TEST_CASE("bad specs: every mistake has its whole message, place and way out") {
  const auto specs = specs_in(kSpecs / "bad");
  REQUIRE(specs.size() > 50);
  for (const fs::path& path : specs) {
    const Source source(path.filename().string(), testing::read_file(path));
    std::size_t accepted = 0;
    CAPTURE(path);
    const Diagnostics diagnostics = read_all(source, accepted);
    CHECK_FALSE(diagnostics.empty());
    for (const Diagnostic& diagnostic : diagnostics) {
      CHECK(diagnostic.range.known());
      CHECK(diagnostic.range.begin <= diagnostic.range.end);
      CHECK(diagnostic.range.end <= source.text().size());
      for (const RelatedRange& related : diagnostic.related) CHECK(related.range.known());
    }
    testing::check_golden(fs::path(path).replace_extension(".out"), show(diagnostics));
  }
}

TEST_CASE("bad specs: every rule of the reader has a case") {
  std::string all;
  for (const auto& entry : fs::directory_iterator(kSpecs / "bad"))
    if (entry.path().extension() == ".out") all += testing::read_file(entry.path());
  for (const RuleId& rule : kRules) {
    CAPTURE(rule.id);
    CHECK(all.find(fmt::format("[{} {}]", rule.id, rule.name)) != std::string::npos);
  }
}

TEST_CASE("rules: ids are sorted and unique, names too are unique") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    CAPTURE(kRules[i].id);
    if (i > 0) CHECK(kRules[i - 1].id < kRules[i].id);
    CHECK(kRules[i].id.starts_with("EGR10"));
    CHECK(names.insert(kRules[i].name).second);
  }
}

TEST_CASE("good specs: they read without a finding") {
  for (const std::string_view name : {"egress-mtls", "wildcard-egress-mtls",
                                      "wildcard-egress-sni-proxy", "all-modes", "thousand"}) {
    const Source source(fmt::format("{}.yaml", name),
                        testing::read_file(kSpecs / fmt::format("{}.yaml", name)));
    std::size_t accepted = 0;
    CHECK(show(read_all(source, accepted)) == "");
    CHECK(accepted == 1);
  }
}

}  // namespace
}  // namespace egressctl::spec
