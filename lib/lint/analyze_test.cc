// Holds the rules against what `istioctl analyze` says: of its own test inputs, which stand in
// shared/anchors/istio-analyze beside the tree, skipped where they do not; and of the sets in
// testdata/lint/analyze, as comments there tell (`# istioctl: IST0101 VirtualService name`).
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lib/base/text.h"
#include "lib/lint/linter.h"
#include "lib/testing/files.h"

namespace egressctl::lint {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// "IST0101 VirtualService default/a", the namespace left out where a resource has none.
std::vector<std::string> said(const Diagnostics& findings) {
  std::vector<std::string> out;
  for (const Diagnostic& finding : findings)
    for (const std::string& alias : finding.aliases)
      out.push_back(fmt::format("{} {} {}", alias, finding.resource.kind, finding.resource.name));
  return out;
}

std::string wanted(const Json& message) {
  const auto origin = message.at("origin").get<std::string>();
  const std::size_t space = origin.find(' ');
  const std::size_t slash = origin.rfind('/');
  return fmt::format("{} {} {}", message.at("code").get<std::string>(), origin.substr(0, space),
                     origin.substr((slash == std::string::npos ? space : slash) + 1));
}

TEST_CASE("analyze: each finding of istioctl is found, and no error where it has none") {
  const fs::path folder = testing::shared() / "anchors/istio-analyze";
  if (!fs::exists(folder)) {
    MESSAGE("skipped: there is no " << folder.string());
    return;
  }
  std::size_t all = 0;
  std::size_t found = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    fs::path answer = entry.path();
    answer.replace_extension(".expected.json");
    const Json messages = Json::parse(testing::read_file(answer));
    std::vector<std::unique_ptr<const Source>> sources;
    sources.push_back(std::make_unique<const Source>("set.yaml", testing::read_file(entry.path())));
    const Workspace workspace(std::move(sources), 1);
    const Diagnostics findings = lint(workspace, {}, Depth::Everything, 1);
    const std::vector<std::string> own = said(findings);
    CAPTURE(entry.path().filename().string());
    bool any_error = false;
    for (const Json& message : messages.is_null() ? Json::array() : messages) {
      // A schema that is not there, which depends on the cluster.
      if (message.at("code") == "IST0002") continue;
      any_error = any_error || message.at("level") == "Error";
      const std::string line = wanted(message);
      CAPTURE(line);
      const bool there = std::find(own.begin(), own.end(), line) != own.end();
      CHECK(there);
      ++all;
      found += there ? 1 : 0;
    }
    if (any_error) continue;
    for (const Diagnostic& finding : findings) {
      CAPTURE(finding.message);
      CHECK(finding.severity != Severity::Error);
    }
  }
  MESSAGE("istioctl analyze: " << found << " of " << all << " findings");
}

TEST_CASE("analyze: what istioctl says of sets of our own") {
  for (const auto& entry : fs::directory_iterator(testing::testdata() / "lint/analyze")) {
    CAPTURE(entry.path().filename().string());
    const std::string text = testing::read_file(entry.path());
    std::vector<std::unique_ptr<const Source>> sources;
    sources.push_back(std::make_unique<const Source>("set.yaml", text));
    const Workspace workspace(std::move(sources), 1);
    const std::vector<std::string> own = said(lint(workspace, {}, Depth::Everything, 1));
    std::size_t lines = 0;
    for (const std::string_view line : split(text, '\n')) {
      constexpr std::string_view kSays = "# istioctl: ";
      if (!line.starts_with(kSays)) continue;
      CAPTURE(line);
      CHECK(std::find(own.begin(), own.end(), line.substr(kSays.size())) != own.end());
      ++lines;
    }
    CHECK(lines > 0);
  }
}

}  // namespace
}  // namespace egressctl::lint
