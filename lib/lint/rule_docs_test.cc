#include "lib/lint/rule_docs.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "lib/base/text.h"
#include "lib/lint/registry.h"
#include "lib/testing/files.h"
#include "lib/testing/golden.h"

namespace egressctl::lint {
namespace {

constexpr std::string_view kReferences[] = {"istio/istio#7077", "https://istio.io/latest/docs/"};
constexpr Rule kRule{
    .info = {.id = {"EGR0999", "some-mistake", Severity::Warning},
             .posture = true,
             .summary = "a thing that is not as it should be",
             .why = "The gateway resets the connection, and the client sees an error that tells "
                    "nothing of the cause.",
             .mend = "Make it as it should be.",
             .references = kReferences}};
constexpr const Rule* kRules[] = {&kRule};

TEST_CASE("rule docs: explain") {
  CHECK(explain(kRule) ==
        "EGR0999 some-mistake (warning, only with --profile posture)\n"
        "\n"
        "The mistake\n"
        "  a thing that is not as it should be.\n"
        "\n"
        "What happens\n"
        "  The gateway resets the connection, and the client sees an error that tells\n"
        "  nothing of the cause.\n"
        "\n"
        "What to do\n"
        "  Make it as it should be.\n"
        "\n"
        "See\n"
        "  https://github.com/istio/istio/issues/7077\n"
        "  https://istio.io/latest/docs/\n");
}

TEST_CASE("rule docs: the list, as text, JSON and Markdown") {
  CHECK(rules_as_text(kRules) ==
        "EGR0999  warning  some-mistake  a thing that is not as it should be (posture)\n");
  const auto json = nlohmann::json::parse(rules_as_json(kRules));
  CHECK(json.at("version") == 1);
  CHECK(json.at("rules").at(0).at("id") == "EGR0999");
  CHECK(json.at("rules").at(0).at("references").at(0) ==
        "https://github.com/istio/istio/issues/7077");
  const std::string markdown = rules_as_markdown(kRules);
  CHECK(markdown.find("| [EGR0999](#egr0999-some-mistake) | warning | some-mistake |") !=
        std::string::npos);
  CHECK(markdown.find("\n## EGR0999 some-mistake\n") != std::string::npos);
}

TEST_CASE("rule docs: every rule explains itself within 80 columns") {
  for (const Rule* rule : all_rules()) {
    const std::string text = explain(*rule);
    CAPTURE(text);
    // Examples are as wide as YAML is.
    const std::string prose = text.substr(0, text.find("\nWrong\n"));
    for (const std::string_view line : split(prose, '\n'))
      CHECK((line.size() <= 80 || line.find(' ', 2) == std::string_view::npos));
  }
}

TEST_CASE("rule docs: an example is shown wrong and right") {
  const Rule* rule = find_rule("EGR0404");
  REQUIRE(rule != nullptr);
  const std::string text = explain(*rule);
  CHECK(text.find("\nWrong\n  ") < text.find("\nRight\n  "));
  CHECK(rules_as_markdown({&rule, 1}).find("```yaml\n# wrong\n") != std::string::npos);
}

TEST_CASE("docs/rules.md: it is what the registry says") {
  testing::check_golden(testing::testdata() / "../docs/rules.md", rules_as_markdown(all_rules()));
}

}  // namespace
}  // namespace egressctl::lint
