#include "lib/lint/workspace.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/lint/linter.h"

namespace egressctl::lint {
namespace {

std::vector<std::unique_ptr<const Source>> sources(const std::vector<std::string>& texts) {
  std::vector<std::unique_ptr<const Source>> out;
  for (std::size_t i = 0; i < texts.size(); ++i)
    out.push_back(std::make_unique<const Source>(fmt::format("{}.yaml", i), texts[i]));
  return out;
}

std::string many(int count) {
  std::string out;
  for (int i = 0; i < count; ++i)
    out += fmt::format(
        "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: v{0}}}\n"
        "spec: {{hosts: [h{0}.example], gateways: [a], http: [{{match: [{{gateways: [b]}}]}}]}}\n",
        i);
  return out;
}

std::string words(const Diagnostics& findings) {
  std::string out;
  for (const Diagnostic& finding : findings)
    out += fmt::format("{} {} {} {}\n", location(finding.range), finding.rule.id,
                       finding.resource.name, finding.message);
  return out;
}

TEST_CASE("workspace: a file that is no YAML does not stop the others") {
  const Workspace workspace(
      sources({"kind: [\n", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"}));
  CHECK(workspace.resources().size() == 1);
  CHECK(workspace.findings().size() == 1);
}

TEST_CASE("workspace: the resource of a place is found, also in a list") {
  const Workspace workspace(
      sources({"apiVersion: v1\nkind: List\nitems:\n"
               "- {apiVersion: v1, kind: Namespace, metadata: {name: a}}\n"
               "- {apiVersion: v1, kind: Namespace, metadata: {name: b}}\n"}));
  REQUIRE(workspace.resources().size() == 2);
  for (const resource::Resource& resource : workspace.resources()) {
    CHECK(workspace.at(resource.metadata.name.range) == &resource);
    CHECK(workspace.at(resource.range) == &resource);
  }
  const Source* source = workspace.sources()[0].get();
  CHECK(workspace.at({source, 0, 1}) == nullptr);
  CHECK(workspace.at({}) == nullptr);
}

TEST_CASE("lint: the findings are the same whatever the number of threads") {
  const std::string one = [] {
    const Workspace workspace(sources({many(700), "a: [\n", many(700)}), 1);
    return words(lint(workspace, {}, Depth::Everything, 1));
  }();
  CHECK(one.find("v699") != std::string::npos);
  for (const std::size_t threads : {2U, 3U, 8U}) {
    const Workspace workspace(sources({many(700), "a: [\n", many(700)}), threads);
    CHECK(words(lint(workspace, {}, Depth::Everything, threads)) == one);
  }
}

}  // namespace
}  // namespace egressctl::lint
