// Pairs of sets, testdata/lint/cases/<rule>-<what>/{bad,good}.yaml: the first has one mistake, the
// second is the same set mended. Comments at the start of a file say what is expected:
//
//   # expect: EGR0203 VirtualService shop/tax spec.tls[0].match[0].gateways[0]   (or: none)
//   # profile: posture        or istio-version=1.26
//
// Of a finding that is about no resource only the rule is named. Every rule has a pair, but for
// those of kWithoutCase.
//
// And sets as people have them, testdata/lint/sets/*.yaml: all that is more than an information is
// listed in the same way; `# errors: 3` says how many of these are errors.
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/lint/linter.h"
#include "lib/lint/registry.h"
#include "lib/testing/files.h"

namespace egressctl::lint {
namespace {

namespace fs = std::filesystem;

// Rules about what is not in the text of a set.
constexpr std::string_view kWithoutCase[] = {
    "EGR0009",  // files and folders that can't be read
    "EGR0010",  // entries of a baseline
    "EGR0011",  // the configuration file, or a baseline
    "EGR0016",  // what `proxy-config` and its like leave out; `lint` does not report it
    "EGR0125",  // the CRDs of `--crds`
};

struct Case {
  std::vector<std::string> expected;  // "EGR0203 VirtualService shop/tax spec.tls[0]"
  std::string errors;                 // their number; empty: not told
  Options options;
};

Case read_case(const std::string& text) {
  Case out;
  for (const std::string_view line : split(text, '\n')) {
    constexpr std::string_view kExpect = "# expect: ";
    constexpr std::string_view kProfile = "# profile: ";
    constexpr std::string_view kVersion = "istio-version=";
    if (line.starts_with(kExpect) && line != "# expect: none")
      out.expected.emplace_back(line.substr(kExpect.size()));
    constexpr std::string_view kErrors = "# errors: ";
    if (line.starts_with(kErrors)) out.errors = line.substr(kErrors.size());
    if (!line.starts_with(kProfile)) continue;
    const std::string_view profile = line.substr(kProfile.size());
    if (profile == "posture") out.options.posture = true;
    if (profile.starts_with(kVersion)) {
      out.options.mesh.istio_version = parse_istio_version(profile.substr(kVersion.size()));
      REQUIRE(out.options.mesh.istio_version.has_value());
    }
  }
  return out;
}

std::string line_of(const Diagnostic& finding) {
  const ResourceName& name = finding.resource;
  const std::string object =
      name.name_space.empty() ? name.name : fmt::format("{}/{}", name.name_space, name.name);
  std::string out(finding.rule.id);
  for (const std::string& part : {name.kind, object, finding.field})
    if (!part.empty()) out += ' ' + part;
  return out;
}

Diagnostics lint_text(const std::string& path, const std::string& text, const Options& options) {
  std::vector<std::unique_ptr<const Source>> sources;
  sources.push_back(std::make_unique<const Source>(path, text));
  const Workspace workspace(std::move(sources), 1);
  // The findings are used for their words only; what their ranges point at goes with the workspace.
  Diagnostics out;
  for (const Diagnostic& finding : lint(workspace, options, Depth::Everything, 1)) {
    Diagnostic copy = finding;
    copy.path = location(finding.range);
    copy.range = {};
    copy.related.clear();
    out.add(std::move(copy));
  }
  return out;
}

std::string listing(const Diagnostics& findings) {
  std::string out;
  for (const Diagnostic& finding : findings)
    out += fmt::format("{}: {} ({})\n", finding.path, line_of(finding), finding.message);
  return out;
}

TEST_CASE("cases: the bad set has the finding and no other error, the good one has none") {
  for (const auto& folder : fs::directory_iterator(testing::testdata() / "lint/cases")) {
    const std::string name = folder.path().filename().string();
    CAPTURE(name);
    const std::string good = testing::read_file(folder.path() / "good.yaml");
    const Diagnostics silent = lint_text("good.yaml", good, read_case(good).options);
    CHECK(listing(silent) == "");

    const std::string bad = testing::read_file(folder.path() / "bad.yaml");
    const Case wanted = read_case(bad);
    REQUIRE_FALSE(wanted.expected.empty());
    const std::string id = wanted.expected.front().substr(0, wanted.expected.front().find(' '));
    REQUIRE(find_rule(id) != nullptr);
    CHECK(name.starts_with(id + '-'));
    const Diagnostics found = lint_text("bad.yaml", bad, wanted.options);
    CAPTURE(listing(found));
    for (const std::string& line : wanted.expected) {
      CAPTURE(line);
      CHECK(std::any_of(found.begin(), found.end(),
                        [&](const Diagnostic& finding) { return line_of(finding) == line; }));
    }
    for (const Diagnostic& finding : found) {
      if (finding.severity != Severity::Error) continue;
      CHECK(finding.rule.id == id);
    }
  }
}

TEST_CASE("cases: every rule has a pair, but for those of which no set shows the mistake") {
  std::set<std::string> with_case;
  for (const auto& folder : fs::directory_iterator(testing::testdata() / "lint/cases")) {
    const std::string name = folder.path().filename().string();
    with_case.insert(name.substr(0, name.find('-')));
  }
  for (const Rule* rule : all_rules()) {
    const std::string id(rule->info.id.id);
    const bool excepted =
        std::find(std::begin(kWithoutCase), std::end(kWithoutCase), id) != std::end(kWithoutCase);
    CAPTURE(id);
    CAPTURE(excepted);
    CHECK(with_case.contains(id) != excepted);
  }
  for (const std::string_view id : kWithoutCase) {
    CAPTURE(id);
    CHECK(find_rule(id) != nullptr);
  }
}

TEST_CASE("sets: what people have gets the errors and warnings that it deserves, and no others") {
  for (const auto& file : fs::directory_iterator(testing::testdata() / "lint/sets")) {
    const std::string name = file.path().filename().string();
    CAPTURE(name);
    const std::string text = testing::read_file(file.path());
    Case wanted = read_case(text);
    const Diagnostics findings = lint_text(name, text, wanted.options);
    std::vector<std::string> found;
    for (const Diagnostic& finding : findings)
      if (finding.severity != Severity::Info) found.push_back(line_of(finding));
    std::sort(found.begin(), found.end());
    std::sort(wanted.expected.begin(), wanted.expected.end());
    CAPTURE(listing(findings));
    CHECK(join(found, "\n") == join(wanted.expected, "\n"));
    if (!wanted.errors.empty())
      CHECK(std::to_string(findings.count(Severity::Error)) == wanted.errors);
  }
}

}  // namespace
}  // namespace egressctl::lint
