#include "lib/lint/examples.h"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "lib/base/text.h"
#include "lib/lint/registry.h"
#include "lib/yaml/load.h"

namespace egressctl::lint {
namespace {

bool is_yaml(std::string_view text) {
  const Source source("example.yaml", std::string(text));
  Diagnostics findings;
  return !yaml::load(source, findings).empty() && findings.empty();
}

TEST_CASE("examples: each is for a rule that there is, once, and both sides differ") {
  std::set<std::string_view> seen;
  for (const EmbeddedFile& file : example_files())
    for (const std::string_view line : split(file.text, '\n')) {
      if (!line.starts_with("EGR")) continue;
      CAPTURE(line);
      CHECK(find_rule(line) != nullptr);
      CHECK(seen.insert(line).second);
      const auto example = example_of(line);
      REQUIRE(example.has_value());
      CHECK(example->bad != example->good);
      CHECK(is_yaml(example->good));
      CHECK(example->bad.ends_with('\n'));
      CHECK(example->good.ends_with('\n'));
    }
  CHECK(seen.size() > 150);
  CHECK_FALSE(example_of("EGR0006").has_value());
}

}  // namespace
}  // namespace egressctl::lint
