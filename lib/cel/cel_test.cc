#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"
#include "lib/cel/program.h"
#include "lib/yaml/load.h"

namespace egressctl::cel {
namespace {

// A value as a line of text; an error as "error: ...".
std::string show(const Value& value) {
  if (value.as<Null>() != nullptr) return "null";
  if (const bool* flag = value.as<bool>()) return *flag ? "true" : "false";
  if (const auto* integer = value.as<std::int64_t>()) return fmt::format("{}", *integer);
  if (const auto* integer = value.as<std::uint64_t>()) return fmt::format("{}u", *integer);
  if (const auto* real = value.as<double>()) return fmt::format("{:?<}", *real);
  if (value.as<Text>() != nullptr) return fmt::format("'{}'", value.text());
  std::string out;
  if (value.is_list()) {
    for (std::size_t i = 0; i < value.size(); ++i) out += (i > 0 ? ", " : "") + show(value.item(i));
    return "[" + out + "]";
  }
  if (value.is_map()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      out +=
          (i > 0 ? ", " : "") + show(value.key(i)) + ": " + show(find(value, value.key(i)).value);
    return "{" + out + "}";
  }
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

}  // namespace

TEST_CASE("cel: trial") {
  CHECK(evaluate("1 + 2 * 3 == 7") == "true");
  CHECK(evaluate("[1, 2, 3].map(x, x * 2).filter(x, x > 2)") == "[4, 6]");
  CHECK(evaluate("url('https://a.b:80/c').getScheme()") == "'https'");
  CHECK(evaluate("duration('1500ms') >= duration('1s')") == "true");
  CHECK(evaluate("foo") == "syntax: offset 0: \"foo\" is not known");
}

}  // namespace egressctl::cel
