#include "cli/flags.h"

#include <string>

#include <CLI/CLI.hpp>
#include <doctest/doctest.h>

namespace egressctl::cli {
namespace {

enum class Fruit { Apple, Pear, Plum };

// Parses `line` with a flag --fruit; the message of a failure, or an empty text.
std::string parse(Fruit& fruit, const std::string& line) {
  CLI::App app;
  using Word = Choice<Fruit>;
  add_choice<Fruit>(
      app, "-f,--fruit", fruit,
      {Word{"apple", Fruit::Apple}, Word{"pear", Fruit::Pear}, Word{"plum", Fruit::Plum}}, "Which");
  try {
    app.parse(line);
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
  return {};
}

TEST_CASE("flags: a choice sets the value of its word, and leaves the default without one") {
  Fruit fruit = Fruit::Pear;
  CHECK(parse(fruit, "").empty());
  CHECK(fruit == Fruit::Pear);
  CHECK(parse(fruit, "--fruit plum").empty());
  CHECK(fruit == Fruit::Plum);
  CHECK(parse(fruit, "-f apple").empty());
  CHECK(fruit == Fruit::Apple);
}

TEST_CASE("flags: of a choice given twice the last one counts") {
  Fruit fruit = Fruit::Apple;
  CHECK(parse(fruit, "--fruit plum --fruit pear").empty());
  CHECK(fruit == Fruit::Pear);
}

TEST_CASE("flags: a wrong word is named with what was meant, or with all there are") {
  Fruit fruit = Fruit::Apple;
  CHECK(parse(fruit, "--fruit pera") == "--fruit: unknown value \"pera\"; did you mean \"pear\"?");
  CHECK(parse(fruit, "--fruit cucumber") ==
        "--fruit: unknown value \"cucumber\"; expected one of apple, pear, plum");
  CHECK(fruit == Fruit::Apple);
}

TEST_CASE("flags: the common flags set what they say") {
  CommonFlags flags;
  CLI::App app;
  add_common_flags(app, flags);
  app.parse("--color never --fail-on warning --message-format jsonl -q -vv");
  CHECK(flags.color == ColorChoice::Never);
  CHECK(flags.fail_on == FailOn::Warning);
  CHECK(flags.messages == render::Format::Jsonl);
  CHECK(flags.quiet);
  CHECK(flags.verbosity == 2);
}

}  // namespace
}  // namespace egressctl::cli
