#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"
#include "lib/base/text.h"
#include "lib/cel/program.h"
#include "lib/cel/times.h"
#include "lib/testing/files.h"
#include "lib/yaml/load.h"

namespace egressctl::cel {
namespace {

std::string show(const Value& value);

std::string show_items(const Value& value) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < value.size(); ++i)
    parts.push_back(value.is_list() ? show(value.item(i))
                                    : fmt::format("{}: {}", show(value.key(i)),
                                                  show(find(value, value.key(i)).value)));
  if (value.is_map()) std::sort(parts.begin(), parts.end());
  return fmt::format("{}{}{}", value.is_list() ? "[" : "{", join(parts, ", "),
                     value.is_list() ? "]" : "}");
}

// A value as expressions.txt has it.
std::string show(const Value& value) {
  if (value.as<Null>() != nullptr) return "null";
  if (const bool* flag = value.as<bool>()) return *flag ? "true" : "false";
  if (const auto* integer = value.as<std::int64_t>()) return fmt::format("{}", *integer);
  if (const auto* whole = value.as<std::uint64_t>()) return fmt::format("{}u", *whole);
  if (const auto* real = value.as<double>()) return fmt::format("{}", *real);
  if (const auto* duration = value.as<Duration>())
    return fmt::format("duration {}", duration->count());
  if (const auto* time = value.as<Timestamp>()) return "timestamp " + timestamp_text(*time);
  if (value.as<Text>() != nullptr) {
    std::string text(value.text());
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at))
      text.replace(at, 1, "\\n");
    return fmt::format("'{}'", text);
  }
  if (value.is_list() || value.is_map()) return show_items(value);
  return std::string(type_name(value));
}

std::string evaluate(std::string_view expression, const yaml::Node& self) {
  const auto program = Program::compile(expression);
  if (!program) return "syntax: " + program.error().message;
  const auto value = program->evaluate(Value::of_node(self));
  return value ? show(*value) : "error: " + value.error().message;
}

std::string evaluate(std::string_view expression) {
  return evaluate(expression, yaml::Node());
}

// A YAML text and its tree.
struct Tree {
  explicit Tree(std::string text)
      : source("self.yaml", std::move(text)), documents(yaml::load(source, findings)) {
    REQUIRE(documents.size() == 1);
  }
  [[nodiscard]] const yaml::Node& root() const { return documents[0].root(); }

  Diagnostics findings;
  Source source;
  std::vector<yaml::Document> documents;
};

}  // namespace

TEST_CASE("cel: expressions have the values that Kubernetes gives them") {
  const auto folder = testing::testdata() / "cel";
  const Tree self(testing::read_file(folder / "self.yaml"));
  const std::string text = testing::read_file(folder / "expressions.txt");
  std::size_t count = 0;
  for (const std::string_view line : split(text, '\n')) {
    constexpr std::string_view kArrow = "  =>  ";
    const std::size_t arrow = line.find(kArrow);
    if (line.starts_with('#') || arrow == std::string_view::npos) continue;
    const std::string expected(line.substr(arrow + kArrow.size()));
    std::string found = evaluate(line.substr(0, arrow), self.root());
    CAPTURE(line);
    CAPTURE(found);
    const bool failure = expected == "error" || expected == "syntax";
    CHECK((failure ? found.starts_with(expected + ": ") : found == expected));
    ++count;
  }
  CHECK(count > 200);
}

TEST_CASE("cel: what is wrong with an expression is said, and where") {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"1 +", "syntax: offset 3: expected a value, found the end"},
      {"(1", "syntax: offset 2: expected \")\", found the end"},
      {"a", "syntax: offset 0: \"a\" is not known"},
      {"self.x y", "syntax: offset 7: expected an operator, found \"y\""},
      {"'abc", "syntax: offset 0: the string has no end"},
      {"'\\q'", "syntax: offset 1: no such escape"},
      {"f(1)", "syntax: offset 0: the function \"f\" is not known"},
      {"'a'.contains()", "syntax: offset 4: \"contains\" does not take so many arguments"},
      {"'a'.matches('(')", "syntax: offset 4: \"(\" is no regular expression"},
      {"has(self)", "syntax: offset 0: has() takes a field: has(a.b)"},
      {"99999999999999999999", "syntax: offset 0: no such number"},
      {"self # x", "syntax: offset 5: \"#\" has no place in CEL"},
      {"self.a", "error: a value of type null_type has no field \"a\""},
      {"{'a': 1}.b", "error: no such key: b"},
      {"1 + 'a'", "error: \"+\" does not take (int, string)"},
      {"int('x')", "error: \"x\" can't be converted to int"},
      {"1 && true", "error: a bool is needed, this is of type int"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first);
    CHECK(evaluate(row.first) == row.second);
  }
}

TEST_CASE("cel: names of fields that are no names of CEL are written with underscores") {
  const Tree self("{namespace: a, x-y: b, x.y: c, x/y: d, __z: e, if: f}");
  CHECK(evaluate("self.__namespace__", self.root()) == "'a'");
  CHECK(evaluate("self.x__dash__y", self.root()) == "'b'");
  CHECK(evaluate("self.x__dot__y", self.root()) == "'c'");
  CHECK(evaluate("self.x__slash__y", self.root()) == "'d'");
  CHECK(evaluate("self.__underscores__z", self.root()) == "'e'");
  CHECK(evaluate("has(self.__if__) && !has(self.__else__)", self.root()) == "true");
}

TEST_CASE("cel: values are what kubectl sends for them, and nulls are not there") {
  const Tree self("{a: yes, b: \"yes\", c: 1, d: 1.0, e: ~, f: {g: ~, h: 1}}");
  CHECK(evaluate("self.a", self.root()) == "true");
  CHECK(evaluate("self.b", self.root()) == "'yes'");
  CHECK(evaluate("self.c == self.d", self.root()) == "true");
  CHECK(evaluate("has(self.e)", self.root()) == "false");
  CHECK(evaluate("self.f.size()", self.root()) == "1");
  CHECK(evaluate("self.f", self.root()) == "{'h': 1}");
}

TEST_CASE("cel: hostile expressions end soon") {
  CHECK(evaluate(std::string(100000, '(')).starts_with("syntax: offset 0: too long"));
  CHECK(evaluate(std::string(10000, '(')).starts_with("syntax: offset"));
  CHECK(evaluate(std::string(10000, '!') + "true").starts_with("syntax: offset"));
  std::string chain = "1";
  for (int i = 0; i < 10000; ++i) chain += "+1";
  CHECK(evaluate(chain) == "syntax: offset 0: too long a chain of operators");
  std::string ten = "[0,1,2,3,4,5,6,7,8,9]";
  std::string nested = "true";
  for (char name = 'a'; name < 'i'; ++name)
    nested = fmt::format("{}.all({}, {})", ten, name, nested);
  const auto program = Program::compile(nested);
  REQUIRE(program.has_value());
  const auto value = program->evaluate(Value());
  REQUIRE_FALSE(value.has_value());
  CHECK(value.error().too_expensive);
}

TEST_CASE("cel: rules about an update are known as such") {
  CHECK(Program::compile("self == oldSelf")->is_transition_rule());
  CHECK_FALSE(Program::compile("self == 'oldSelf'")->is_transition_rule());
}

}  // namespace egressctl::cel
