#include "lib/base/fingerprint.h"

#include <doctest/doctest.h>

#include "lib/base/source.h"

namespace egressctl {
namespace {

constexpr RuleId kRule{"EGR0304", "gateway-host-not-routed", Severity::Warning};

TEST_CASE("fingerprint: positions in a message do not count, with and without a path") {
  CHECK(without_positions("hosts at gw.yaml:12:7 are \"*.org\"") == "hosts at  are \"*.org\"");
  CHECK(without_positions("see 12:7") == "see ");
  CHECK(without_positions("(dir/gw.yaml:1:2)") == "()");
  CHECK(without_positions("host \"a.org:443\" has a port") == "host \"a.org:443\" has a port");
  CHECK(without_positions("12: 7") == "12: 7");
}

TEST_CASE("fingerprint: it survives that text moves to other lines and files") {
  const Source before("a.yaml", "x: 1\n");
  const Source after("b.yaml", "\n\n\nx: 1\n");
  Diagnostics one;
  Diagnostics two;
  one.report(kRule, {&before, 3, 4}, "not routed, see a.yaml:1:1");
  two.report(kRule, {&after, 6, 7}, "not routed, see b.yaml:4:1");
  CHECK(fingerprints(one) == fingerprints(two));
  CHECK(fingerprints(one).front().size() == 32);
}

TEST_CASE("fingerprint: equal findings differ by their order, others by what they are about") {
  Diagnostics list;
  list.report(kRule, {}, "x");
  list.report(kRule, {}, "x");
  list.report(kRule, {}, "y");
  Diagnostic about;
  about.rule = kRule;
  about.message = "x";
  about.resource.name = "gw";
  list.add(about);
  const auto marks = fingerprints(list);
  for (std::size_t i = 0; i < marks.size(); ++i)
    for (std::size_t k = i + 1; k < marks.size(); ++k) CHECK(marks[i] != marks[k]);
}

}  // namespace
}  // namespace egressctl
