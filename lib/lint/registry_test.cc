#include "lib/lint/registry.h"

#include <cctype>
#include <set>
#include <string>

#include <doctest/doctest.h>

namespace egressctl::lint {
namespace {

TEST_CASE("registry: ids and names are unique, well formed and sorted") {
  std::set<std::string_view> names;
  std::string_view last;
  for (const Rule* rule : all_rules()) {
    const RuleId& id = rule->info.id;
    CAPTURE(id.id);
    CHECK(last < id.id);
    last = id.id;
    CHECK(id.id.size() == 7);
    CHECK(id.id.starts_with("EGR"));
    CHECK(names.insert(id.name).second);
    for (const char c : id.name) CHECK((std::islower(c) || std::isdigit(c) || c == '-'));
  }
}

TEST_CASE("registry: every rule says what it is, what happens and what to do") {
  for (const Rule* rule : all_rules()) {
    const RuleInfo& info = rule->info;
    CAPTURE(info.id.id);
    CHECK_FALSE(info.summary.empty());
    CHECK_FALSE(info.summary.ends_with('.'));
    CHECK(info.why.ends_with('.'));
    CHECK(info.mend.ends_with('.'));
    CHECK_FALSE(info.since.empty());
    CHECK_FALSE((rule->check != nullptr && rule->check_one != nullptr));
    CHECK((rule->check_one != nullptr) == !rule->reads.empty());
  }
}

TEST_CASE("registry: rules are found by id and by name") {
  const Rule* rule = find_rule("EGR0203");
  REQUIRE(rule != nullptr);
  CHECK(find_rule("match-gateway-not-bound") == rule);
  CHECK(find_rule("EGR9999") == nullptr);
  CHECK(rule_words().size() == 2 * all_rules().size());
}

}  // namespace
}  // namespace egressctl::lint
