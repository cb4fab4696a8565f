#include "lib/generate/template.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/generate/template_set.h"
#include "lib/yaml/load.h"

namespace egressctl::generate {
namespace {

Template parse(std::string text) {
  Diagnostics diagnostics;
  auto parsed =
      Template::parse(std::make_shared<const Source>("t.yaml", std::move(text)), diagnostics);
  REQUIRE(diagnostics.empty());
  REQUIRE(parsed.has_value());
  return *std::move(parsed);
}

std::string fill(std::string text, const Variables& variables) {
  return parse(std::move(text)).fill(variables, Target::Manifest);
}

// `path:line:column: message` of each finding that parsing makes.
std::string findings(const std::string& text) {
  Diagnostics diagnostics;
  const auto source = std::make_shared<const Source>("t.yaml", text);
  const auto parsed = Template::parse(source, diagnostics);
  CHECK(parsed.has_value() == !diagnostics.any(Severity::Error));
  std::string out;
  for (const Diagnostic& d : diagnostics)
    out += fmt::format("{}: {} [{}]\n", location(d.range), d.message, d.rule.id);
  return out;
}

TEST_CASE("template: values replace their placeholders, all else stays") {
  CHECK(fill("# why\na:   ${a}  # trailing\nb: {c: \"${b}\"}\n",
             {{"a", {"x", {}}}, {"b", {443, {}}}}) == "# why\na:   x  # trailing\nb: {c: 443}\n");
}

TEST_CASE("template: a value can't break out of its place") {
  const std::string filled = fill("a: ${a}\nb: 1\n", {{"a", {"x\nb: 2 # {[", {}}}});
  Diagnostics diagnostics;
  const Source source("f.yaml", filled);
  const auto documents = yaml::load(source, diagnostics);
  REQUIRE(diagnostics.empty());
  REQUIRE(documents.size() == 1);
  CHECK(documents[0].root().find("a")->scalar == "x\nb: 2 # {[");
  CHECK(documents[0].root().find("b")->scalar == "1");
}

TEST_CASE("template: a list becomes a flow list") {
  const yaml::Value list = yaml::Value::Sequence{"*.com", "*.org"};
  CHECK(fill("hosts: ${h}\n", {{"h", {list, {}}}}) == "hosts: [\"*.com\", \"*.org\"]\n");
}

TEST_CASE("template: a null takes its entry and the comment above it away") {
  CHECK(fill("a: 1\n# about b\nb: ${b}\n# about c\nc: 2\n", {{"b", {}}}) ==
        "a: 1\n# about c\nc: 2\n");
}

TEST_CASE("template: a null in a mapping's first entry takes away what holds the mapping") {
  SUBCASE("an entry") {
    CHECK(fill("a: 1\nselector:\n  matchLabels: ${s}\nb: 2\n", {{"s", {}}}) == "a: 1\nb: 2\n");
  }
  SUBCASE("a list item with all of its entries") {
    CHECK(fill("l:\n- x: 1\n# why\n- name: ${n}\n  more:\n    deep: 1\n- y: 2\n", {{"n", {}}}) ==
          "l:\n- x: 1\n- y: 2\n");
  }
  SUBCASE("a list that loses all of its items") {
    CHECK(fill("a: 1\nlog:\n- name: ${n}\n  path: x\nb: 2\n", {{"n", {}}}) == "a: 1\nb: 2\n");
  }
  SUBCASE("two nulls in one item") {
    CHECK(fill("a: 1\nl:\n- to: ${x}\n  ports: ${y}\n- z: 1\n", {{"x", {}}, {"y", {}}}) ==
          "a: 1\nl:\n- z: 1\n");
  }
}

TEST_CASE("template: in flow style a null stays a null") {
  CHECK(fill("a: {c: 1, b: \"${b}\"}\n", {{"b", {}}}) == "a: {c: 1, b: null}\n");
}

TEST_CASE("template: for a chart, expressions stand where values have one") {
  CHECK(parse("a: ${a}\nb: ${b}\n")
            .fill({{"a", {"x", "$.Values.a | quote"}}, {"b", {"z", {}}}}, Target::HelmChart) ==
        "a: {{ $.Values.a | quote }}\nb: z\n");
}

TEST_CASE("template: what can't be a template is said, with its place") {
  CHECK(findings("a: x-${a}\nb: |\n  ${b}\n") ==
        "t.yaml:1:4: placeholder inside a longer text \"x-${a}\" [EGR1103]\n"
        "t.yaml:2:4: placeholder inside a longer text \"${b}\n\" [EGR1103]\n");
  CHECK(findings("a: 1\n---\nb: 2\n") ==
        "t.yaml:2:1: a template is one resource, this has 2 documents [EGR1101]\n");
  CHECK(findings("") == "t.yaml:1:1: a template is one resource, this has 0 documents [EGR1101]\n");
  CHECK(findings("a: [1\n").find("t.yaml:") == 0);
}

TEST_CASE("template: the embedded ones are resources with a kind, a name and a comment") {
  const TemplateSet set = TemplateSet::embedded();
  CHECK(set.all().size() >= 30);
  for (const auto& row : set.all()) {
    const auto& name = row.first;
    const auto& one = row.second;
    CAPTURE(name);
    CHECK(one.placeholders().contains(name == "namespace" ? "namespace" : "name"));
  }
}

}  // namespace
}  // namespace egressctl::generate
