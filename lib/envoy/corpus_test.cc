// EnvoyFilters that work, and others with one mistake.
#include <algorithm>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/envoy/rules.h"
#include "lib/envoy/test_filters.h"
#include "lib/testing/files.h"
#include "lib/testing/findings.h"

namespace egressctl::envoy {
namespace {

namespace fs = std::filesystem;

// The number of EnvoyFilters below `folder`; none of them may have an error.
std::size_t check_folder(const fs::path& folder) {
  std::size_t filters = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path& path = entry.path();
    if (path.extension() != ".yaml" || path.filename() == "bad.yaml") continue;
    const std::string text = testing::read_file(path);
    if (text.find("kind: EnvoyFilter") == std::string::npos) continue;
    const Loaded loaded(path.string(), text);
    Diagnostics findings;
    for (const auto& resource : loaded.resources) {
      check_envoy_filter(resource, findings);
      filters += resource.kind == resource::Kind::EnvoyFilter ? 1 : 0;
    }
    CAPTURE(path);
    CHECK(testing::show(findings) == "");
  }
  return filters;
}

TEST_CASE("envoy: EnvoyFilters that work have no findings") {
  CHECK(check_folder(testing::testdata() / "generate") > 5);
  CHECK(check_folder(testing::testdata() / "lint" / "cases") > 5);
  const fs::path shared = testing::shared();
  if (fs::exists(shared)) {
    CHECK(check_folder(shared / "lab") >= 5);
    CHECK(check_folder(shared / "cases") > 5);
    check_folder(shared / "anchors" / "istiod-xds");
    return;
  }
  MESSAGE("skipped in part: the shared corpora are not there");
}

// "# expect: EGR0604 EnvoyFilter istio-egress/sni-forwarder spec.configPatches[1].patch"
TEST_CASE("envoy: the cases of its rules have the finding where it is expected, and no other") {
  std::size_t cases = 0;
  for (const auto& entry : fs::directory_iterator(testing::testdata() / "lint" / "cases")) {
    const std::string name = entry.path().filename().string();
    const RuleId own[] = {kRemovedName, kMissingTypedConfig, kNoTlsInspector, kDnsCacheDiffers};
    if (std::none_of(std::begin(own), std::end(own),
                     [&](const RuleId& rule) { return name.starts_with(rule.id); }))
      continue;
    CAPTURE(name);
    const std::string text = testing::read_file(entry.path() / "bad.yaml");
    const Loaded loaded("bad.yaml", text);
    // What two EnvoyFilters have in common is for lint to compare.
    if (std::count_if(loaded.resources.begin(), loaded.resources.end(), [](const auto& resource) {
          return resource.kind == resource::Kind::EnvoyFilter;
        }) > 1)
      continue;
    Diagnostics findings;
    for (const auto& resource : loaded.resources) check_envoy_filter(resource, findings);
    CAPTURE(testing::show(findings));
    REQUIRE(findings.size() == 1);
    CHECK(text.starts_with(fmt::format("# expect: {} EnvoyFilter {}/{} {}\n", findings[0].rule.id,
                                       findings[0].resource.name_space, findings[0].resource.name,
                                       findings[0].field)));
    ++cases;
  }
  CHECK(cases >= 4);
}

}  // namespace
}  // namespace egressctl::envoy
