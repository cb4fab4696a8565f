#include "lib/lint/suppressions.h"

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/lint/linter.h"

namespace egressctl::lint {
namespace {

// "LINE ID" of what is left, for a text.
std::string left(const std::string& text) {
  std::vector<std::unique_ptr<const Source>> sources;
  sources.push_back(std::make_unique<const Source>("set.yaml", text));
  const Workspace workspace(std::move(sources), 1);
  std::string out;
  for (const Diagnostic& finding : lint(workspace, {}, Depth::Structure, 1))
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", finding.range.start_position().line,
                       finding.rule.id);
  return out;
}

const std::string kHead =
    "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a}\n";

TEST_CASE("suppressions: behind a value, for its line alone") {
  CHECK(left(kHead + "spec: {servers: []}\n") == "4 EGR0163");
  CHECK(left(kHead + "spec: {servers: []}  # egressctl:ignore EGR0163 -- on purpose\n").empty());
  CHECK(left(kHead + "spec: {servers: []}  # egressctl:ignore invalid-gateway\n").empty());
  CHECK(
      left(kHead + "# egressctl:ignore EGR0163\nother: 1\nspec: {servers: []}\n").find("EGR0163") !=
      std::string::npos);
}

TEST_CASE("suppressions: on a line of its own, for the next node and all inside it") {
  CHECK(left(kHead + "# egressctl:ignore EGR0163\n\nspec:\n  servers: []\n").empty());
  CHECK(
      left(kHead + "spec:\n  # egressctl:ignore EGR0120\n  servers:\n  - hosts: [a]\n    nope: 1\n")
          .find("EGR0120") == std::string::npos);
}

TEST_CASE("suppressions: for a document, and not for the next one") {
  const std::string bad = kHead + "spec: {servers: []}\n";
  CHECK(left("# egressctl:ignore-file EGR0163\n" + bad + "---\n" + bad) == "10 EGR0163");
  CHECK(left(bad + "---\n# egressctl:ignore-file EGR0163\n" + bad) == "4 EGR0163");
}

TEST_CASE("suppressions: an annotation, for its resource") {
  CHECK(left("apiVersion: networking.istio.io/v1\nkind: Gateway\n"
             "metadata: {name: a, annotations: {egressctl/ignore: 'EGR0163, EGR0170'}}\n"
             "spec: {servers: []}\n") == "3 EGR0002");
}

TEST_CASE("suppressions: without a use, without a rule") {
  CHECK(left(kHead + "spec: {servers: []}  # egressctl:ignore EGR0170,EGR9999\n") ==
        "4 EGR0163, 4 EGR0002, 4 EGR0002");
  CHECK(left(kHead + "spec: {servers: []}  # egressctl:ignore\n") == "4 EGR0163, 4 EGR0002");
  CHECK(left("# egressctl:ignore-file -- old\n" + kHead + "spec: {servers: []}\n") ==
        "1 EGR0002, 5 EGR0163");
  CHECK(left(kHead + "spec: {servers: []}  # see egressctl:ignore EGR0163\n") == "4 EGR0163");
}

}  // namespace
}  // namespace egressctl::lint
