#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/spec/read.h"
#include "lib/spec/rules.h"
#include "lib/spec/tables.h"
#include "lib/testing/files.h"

namespace egressctl::spec {
namespace {

std::string reference() {
  return testing::read_file(testing::testdata() / "../docs/spec.md");
}

void check_rows(const std::string& text, const Table& table) {
  for (const Field& field : table.fields) {
    CAPTURE(field.key);
    const std::string row_end = fmt::format(" | {} |\n", field.description);
    bool found = false;
    std::istringstream lines(text);
    for (std::string line; !found && std::getline(lines, line);)
      found =
          line.starts_with(fmt::format("| `{}` | ", field.key)) && (line + "\n").ends_with(row_end);
    CHECK(found);
    if (field.table != nullptr) check_rows(text, *field.table);
  }
}

TEST_CASE("docs/spec.md: every key has a row with its description") {
  check_rows(reference(), document_table());
}

TEST_CASE("docs/spec.md: every finding has a row with its severity") {
  const std::string text = reference();
  for (const RuleId& rule : kRules) {
    const std::string row =
        fmt::format("| {} | {} | {} | ", rule.id, rule.name, to_string(rule.severity));
    CAPTURE(row);
    CHECK(text.find(row) != std::string::npos);
  }
}

TEST_CASE("docs/spec.md: its example reads without a finding") {
  const std::string text = reference();
  const std::size_t begin = text.find("```yaml\n");
  REQUIRE(begin != std::string::npos);
  const std::size_t end = text.find("```\n", begin + 8);
  const Source source("spec.md", text.substr(begin + 8, end - begin - 8));
  Diagnostics diagnostics;
  const auto documents = yaml::load(source, diagnostics);
  REQUIRE(documents.size() == 1);
  CHECK(read(documents.front(), diagnostics).has_value());
  CHECK(diagnostics.empty());
}

}  // namespace
}  // namespace egressctl::spec
