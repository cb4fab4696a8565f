#include "lib/yaml/load.h"

#include <random>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/yaml/scalar.h"

namespace egressctl::yaml {
namespace {

// A text and what reading it gave.
struct Loaded {
  explicit Loaded(std::string text, const Limits& limits = {})
      : source("f.yaml", std::move(text)), documents(load(source, diagnostics, limits)) {}

  [[nodiscard]] const Node& root(std::size_t i = 0) const {
    REQUIRE(documents.size() > i);
    return documents[i].root();
  }

  // A line a finding: `line:column: message [id]`, with related places and help behind it.
  [[nodiscard]] std::string findings() const {
    std::string out;
    for (const Diagnostic& d : diagnostics) {
      const Position at = d.range.start_position();
      out += fmt::format("{}:{}: {} [{}]", at.line, at.column, d.message, d.rule.id);
      for (const RelatedRange& related : d.related) {
        const Position there = related.range.start_position();
        out += fmt::format(" ({}:{}: {})", there.line, there.column, related.message);
      }
      out += "\n";
    }
    return out;
  }

  Diagnostics diagnostics;
  Source source;
  std::vector<Document> documents;
};

std::string place(const Node& node) {
  const Position from = node.range.start_position();
  const Position to = node.range.end_position();
  return fmt::format("{}:{}-{}:{}", from.line, from.column, to.line, to.column);
}

TEST_CASE("load: every scalar has its exact range, quotes included") {
  const Loaded yaml("a: plain text  # c\nb: 'it''s'\nc: \"x\\\"y\"\nd: [1, two]\n");
  CHECK(yaml.root().find("a")->range.text() == "plain text");
  CHECK(yaml.root().find("b")->range.text() == "'it''s'");
  CHECK(yaml.root().find("b")->scalar == "it's");
  CHECK(yaml.root().find("c")->range.text() == "\"x\\\"y\"");
  CHECK(yaml.root().find("c")->scalar == "x\"y");
  CHECK(yaml.root().find("d")->range.text() == "[1, two]");
  CHECK(place(*yaml.root().find("d")) == "4:4-4:12");
  CHECK(yaml.root().find_entry("d")->key.range.text() == "d");
}

TEST_CASE("load: an item of a flow list that ends in a colon is a text") {
  const Loaded yaml("a: [2001:db8::, b:]\nc: [ d: ]\ne: [{f:}, \"g\":]\n");
  CHECK(yaml.findings().empty());
  const Node& texts = *yaml.root().find("a");
  REQUIRE(texts.items.size() == 2);
  CHECK(texts.items[0].scalar == "2001:db8::");
  CHECK(texts.items[1].is_scalar());
  CHECK(texts.items[1].range.text() == "b:");
  CHECK(yaml.root().find("c")->items[0].is_mapping());
  CHECK(yaml.root().find("e")->items[0].is_mapping());
  CHECK(yaml.root().find("e")->items[1].is_mapping());
}

TEST_CASE("load: scalars over several lines") {
  const Loaded yaml(
      "a: one\n  two\n\n  three\nb: \"x\n  y\"\nc: |\n  l1\n\n  l2\nd: >-\n  f1\n  f2\ne: 1\n");
  CHECK(yaml.findings().empty());
  CHECK(yaml.root().find("a")->range.text() == "one\n  two\n\n  three");
  CHECK(yaml.root().find("b")->range.text() == "\"x\n  y\"");
  CHECK(yaml.root().find("c")->range.text() == "|\n  l1\n\n  l2");
  CHECK(yaml.root().find("c")->scalar == "l1\n\nl2\n");
  CHECK(yaml.root().find("d")->range.text() == ">-\n  f1\n  f2");
  CHECK(yaml.root().find("d")->style == Style::Block);
  CHECK(yaml.root().find("e")->scalar == "1");
}

TEST_CASE("load: an empty value stands right behind its key's colon") {
  const Loaded yaml("a:\nb: 1\nc: {d: , e: 2}\nl:\n-\n- x\n");
  CHECK(yaml.root().find("a")->is_null());
  CHECK(place(*yaml.root().find("a")) == "1:3-1:3");
  CHECK(place(*yaml.root().find("c")->find("d")) == "3:7-3:7");
  CHECK(place(yaml.root().find("l")->items[0]) == "5:2-5:2");
}

TEST_CASE("load: columns count code points; byte order mark and CRLF are no columns") {
  const Loaded yaml("\xEF\xBB\xBFk: \xC3\xBC\xF0\x9F\x98\x80\r\n\xC3\xA4: [\xC3\xB6, x]\r\n");
  CHECK(yaml.findings().empty());
  CHECK(place(*yaml.root().find("k")) == "1:4-1:6");
  CHECK(place(yaml.root().find("\xC3\xA4")->items[1]) == "2:8-2:9");
}

TEST_CASE("load: an alias stands where it is used and has the anchor's content") {
  const Loaded yaml("a: &x {k: v}\nb: *x\n");
  const Node& alias = *yaml.root().find("b");
  CHECK(alias.from_alias);
  CHECK(alias.range.text() == "*x");
  CHECK(alias.find("k")->scalar == "v");
  CHECK(yaml.root().find("a")->range.text() == "{k: v}");
}

TEST_CASE("load: merge keys are resolved, own keys win") {
  const Loaded yaml("a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  <<: [*a, *b]\n  x: 0\n");
  const Node& merged = *yaml.root().find("c");
  CHECK(merged.find("x")->scalar == "0");
  CHECK(merged.find("y")->scalar == "2");
  CHECK(merged.find("z")->scalar == "4");
  CHECK(merged.find("<<") == nullptr);
  CHECK(Loaded("a: {<<: 1}\n").findings() ==
        "1:9: \"<<\" merges mappings, this is none [EGR0007]\n");
  CHECK(Loaded("a: {\"<<\": 1}\n").root().find("a")->find("<<")->scalar == "1");
}

TEST_CASE("load: a key written twice is said, and the last one counts") {
  const Loaded yaml("a: 1\nb: 2\na: 3\n");
  CHECK(yaml.findings() == "3:1: duplicate key \"a\" [EGR0004] (1:1: first written here)\n");
  CHECK(yaml.root().find("a")->scalar == "3");
  std::string many;
  for (int i = 0; i < 40; ++i) many += fmt::format("k{}: 1\n", i);
  CHECK(Loaded(many + "k7: 2\n").findings() ==
        "41:1: duplicate key \"k7\" [EGR0004] (8:1: first written here)\n");
}

TEST_CASE("load: a broken document does not take the others with it") {
  const Loaded yaml("a: 1\n---\nb: [1\n---\nc: 3\n");
  CHECK(yaml.documents.size() == 2);
  CHECK(yaml.root(1).find("c")->scalar == "3");
  CHECK(yaml.findings().find("[EGR0001]") != std::string::npos);
}

TEST_CASE("load: streams") {
  CHECK(Loaded("").documents.empty());
  CHECK(Loaded("# nothing\n").documents.empty());
  CHECK(Loaded("---\n---\na: 1\n...\n---\nb: 2\n").documents.size() == 2);
  CHECK(Loaded("%YAML 1.2\n---\na: 1\n").root().find("a")->scalar == "1");
  const Loaded json("{\"a\": [1, {\"b\": null}], \"c\": \"x\"}");
  CHECK(json.root().find("a")->items[1].find("b")->is_null());
  CHECK(json.root().find("a")->items[1].find("b")->range.text() == "null");
  const Loaded marked("a: 1\n---\nb: 2\n");
  CHECK(marked.documents[1].range().start_position() == Position{2, 1});
}

TEST_CASE("load: what is no YAML is said where it stands") {
  CHECK(Loaded("a:\n\tb: 1\n").findings() ==
        "2:1: tab used for indentation, YAML takes spaces alone [EGR0001]\n");
  CHECK(Loaded("a: {{ .Values.x }}\n").findings() ==
        "1:4: \"{{\" looks like an unrendered Helm template [EGR0003]\n");
  CHECK(Loaded("{{- if .x }}\na: 1\n{{- end }}\n").findings() ==
        "1:1: \"{{\" looks like an unrendered Helm template [EGR0003]\n");
  CHECK(Loaded("a: \"{{ x }}\"\nb: |\n  {{ y }}\n").findings().empty());
  CHECK(Loaded("a: \xFF\n").findings() == "1:4: byte 0xFF is not UTF-8 [EGR0006]\n");
  CHECK(Loaded(std::string("a: x\0y\n", 7)).findings() ==
        "1:5: control character 0x00 [EGR0001]\n");
  CHECK(Loaded("\xFF\xFE"
               "a")
            .findings() == "1:1: this is UTF-16, UTF-8 was expected [EGR0006]\n");
  CHECK(Loaded("? [a]\n: 1\n").findings() ==
        "1:3: a key must be text, this is a mapping or a list [EGR0001]\n");
  CHECK(Loaded("a: *nobody\n").documents.empty());
  CHECK(Loaded("]\n").findings() == "1:1: this bracket closes nothing [EGR0001]\n");
}

TEST_CASE("load: documents before bytes that no reader takes are read") {
  const Loaded yaml("a: 1\n---\nb: \xFF\n");
  CHECK(yaml.documents.size() == 1);
  CHECK(yaml.findings() == "3:4: byte 0xFF is not UTF-8 [EGR0006]\n");
}

TEST_CASE("load: bombs end in a finding") {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 10; ++i) {
    bomb += fmt::format("a{}: &a{} [", i, i);
    for (int k = 0; k < 10; ++k) bomb += fmt::format("{}*a{}", k > 0 ? "," : "", i - 1);
    bomb += "]\n";
  }
  CHECK(Loaded(bomb).findings().find("nodes once all aliases are expanded [EGR0005]") !=
        std::string::npos);
  const auto brackets = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(Loaded(brackets(256)).findings().empty());
  CHECK(Loaded(brackets(257)).findings() == "1:257: nested more than 256 levels deep [EGR0005]\n");
  CHECK(Loaded(brackets(100'000)).findings() ==
        "1:257: nested more than 256 levels deep [EGR0005]\n");
  // Never closed, each bracket might still begin a key.
  CHECK(Loaded(std::string(100'000, '[')).findings().find("nested more than 256 levels deep") !=
        std::string::npos);
  CHECK(Loaded("a: \"" + brackets(300) + "\"\nb: '" + std::string(300, '{') + "'\n")
            .findings()
            .empty());
  std::string dashes;
  for (int i = 0; i < 100'000; ++i) dashes += "- ";
  CHECK(Loaded(dashes + "x").findings().find("nested more than 256 levels deep [EGR0005]") !=
        std::string::npos);
  std::string large;
  large.resize(10'000'000, 'x');
  CHECK(Loaded("a: " + large + "\n").root().find("a")->scalar.size() == large.size());
}

void check_ranges(const Node& node, std::size_t size) {
  CHECK(node.range.begin <= node.range.end);
  CHECK(node.range.end <= size);
  for (const Node& item : node.items) check_ranges(item, size);
  for (const Entry& entry : node.entries) {
    check_ranges(entry.key, size);
    check_ranges(entry.value, size);
  }
}

TEST_CASE("load: random text never crashes it, and every range lies within the text") {
  constexpr std::string_view kPieces[] = {
      "a",        "key: ",        "- ",    "\n", "  ",  "[",   "]",    "{",  "}",
      ",",        ": ",           "\"",    "'",  "|\n", ">\n", "&x ",  "*x", "<<: ",
      "#",        "---\n",        "...\n", "%",  "!t ", "\t",  "\r\n", "? ", "{{ x }}",
      "\xC3\xBC", "\xEF\xBB\xBF", "~",     "1"};
  std::mt19937 random(7);
  for (int run = 0; run < 20'000; ++run) {
    std::string text;
    for (auto n = random() % 20; n > 0; --n) text += kPieces[random() % std::size(kPieces)];
    CAPTURE(text);
    const Loaded yaml(text);
    for (const Document& document : yaml.documents) check_ranges(document.root(), text.size());
    for (const Diagnostic& d : yaml.diagnostics) CHECK(d.range.end <= text.size());
  }
}

TEST_CASE("scalar: types of plain and quoted scalars") {
  const Loaded yaml(
      "[443, 0x1bb, 0o17, -1, true, \"true\", ~, null, 1.5, 1e3, .inf, yes, !!str 5, x, '', 1_0, "
      "0644, 08]");
  const auto items = yaml.root().items;
  CHECK(as_int(items[0]) == 443);
  CHECK(as_int(items[1]) == 443);
  CHECK(as_int(items[2]) == 15);
  CHECK(as_int(items[3]) == -1);
  CHECK(as_bool(items[4]) == true);
  CHECK_FALSE(as_bool(items[5]).has_value());
  CHECK(as_string(items[5]) == "true");
  CHECK(scalar_type(items[6]) == ScalarType::Null);
  CHECK(scalar_type(items[7]) == ScalarType::Null);
  CHECK(as_double(items[8]) == 1.5);
  CHECK(as_double(items[9]) == 1000);
  CHECK(scalar_type(items[10]) == ScalarType::Float);
  CHECK(as_string(items[11]) == "yes");
  CHECK(as_string(items[12]) == "5");
  CHECK(as_string(items[14]) == "");
  CHECK(scalar_type(items[15]) == ScalarType::String);
  CHECK(plain_type_1_1("1_0") == ScalarType::Int);
  CHECK(as_int(items[16]) == 0644);  // as kubectl takes it
  CHECK(as_int(items[17]) == 8);
}

}  // namespace
}  // namespace egressctl::yaml
