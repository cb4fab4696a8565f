#include "lib/yaml/emit.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/yaml/hostile_strings.h"
#include "lib/yaml/load.h"
#include "lib/yaml/scalar.h"

namespace egressctl::yaml {
namespace {

TEST_CASE("emit: every string reads back as the same string, wherever it stands") {
  for (const std::string& text : testing::hostile_strings(1, 20'000)) {
    CAPTURE(text);
    const std::string emitted = emit_string(text);
    CHECK(emitted.find('\n') == std::string::npos);
    Diagnostics diagnostics;
    // yaml-cpp takes keys of at most 1024 bytes, as YAML 1.2 (7.4.3) allows.
    const std::string key = text.size() < 200 ? emitted : "long";
    const Source source("e.yaml",
                        fmt::format("v: {0}\nf: [{0}, {{{1}: 1}}]\nm: {{k: {0}}}\n", emitted, key));
    const auto documents = load(source, diagnostics);
    REQUIRE(diagnostics.empty());
    REQUIRE(documents.size() == 1);
    const Node& root = documents[0].root();
    CHECK(as_string(*root.find("v")) == text);
    CHECK(as_string(root.find("f")->items[0]) == text);
    CHECK(root.find("f")->items[1].entries[0].key.scalar == (text.size() < 200 ? text : "long"));
    CHECK(as_string(*root.find("m")->find("k")) == text);
  }
}

TEST_CASE("emit: names and hosts stay plain, what could be misread is quoted") {
  CHECK(emit_string("edition.cnn.com") == "edition.cnn.com");
  CHECK(emit_string("100m") == "100m");
  CHECK(emit_string("*.wikipedia.org") == "\"*.wikipedia.org\"");
  CHECK(emit_string("1.30") == "\"1.30\"");
  CHECK(emit_string("on") == "\"on\"");
  CHECK(emit_string("a\nb\x01") == "\"a\\nb\\x01\"");
}

TEST_CASE("emit: flow style, broken after commas where a line would be too long") {
  const Value list = Value::Sequence{"a", 1, true, Value(), Value::Mapping{{"k", "v"}}};
  CHECK(emit_flow(list) == "[a, 1, true, null, {k: v}]");
  CHECK(emit_flow(list, 90, 4, 100) == "[\n    a,\n    1,\n    true,\n    null,\n    {k: v}]");
  CHECK(emit_flow(Value::Sequence{}) == "[]");
  CHECK(emit_flow(Value::Mapping{}) == "{}");
}

TEST_CASE("emit: JSON means what go-yaml reads") {
  Diagnostics diagnostics;
  const Source source("j.yaml",
                      "{a: yes, b: \"yes\", c: 0777, d: 1_000, e: ~, f: [1.5, x], g: off}");
  const auto documents = load(source, diagnostics);
  REQUIRE(documents.size() == 1);
  CHECK(to_json(documents[0].root(), 0) ==
        "{\n\"a\": true,\n\"b\": \"yes\",\n\"c\": 511,\n\"d\": 1000,\n\"e\": null,\n\"f\": "
        "[\n1.5,\n\"x\"\n],\n\"g\": false\n}");
}

}  // namespace
}  // namespace egressctl::yaml
