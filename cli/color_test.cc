#include "cli/color.h"

#include <doctest/doctest.h>

namespace egressctl::cli {
namespace {

TEST_CASE("color: the flag beats the environment, which beats the terminal") {
  struct Row {
    ColorChoice choice;
    Environment environment;
    bool terminal;
    bool colored;
  };
  const Environment none;
  const Environment no_color{.no_color = "1", .clicolor_force = "", .term = ""};
  const Environment forced{.no_color = "", .clicolor_force = "1", .term = "dumb"};
  const Environment not_forced{.no_color = "", .clicolor_force = "0", .term = "xterm"};
  const Environment both{.no_color = "1", .clicolor_force = "1", .term = ""};
  const Environment dumb{.no_color = "", .clicolor_force = "", .term = "dumb"};
  for (const Row& row : {
           Row{ColorChoice::Auto, none, true, true},
           Row{ColorChoice::Auto, none, false, false},
           Row{ColorChoice::Auto, no_color, true, false},
           Row{ColorChoice::Auto, forced, false, true},
           Row{ColorChoice::Auto, not_forced, false, false},
           Row{ColorChoice::Auto, not_forced, true, true},
           Row{ColorChoice::Auto, both, true, false},
           Row{ColorChoice::Auto, dumb, true, false},
           Row{ColorChoice::Always, no_color, false, true},
           Row{ColorChoice::Always, dumb, false, true},
           Row{ColorChoice::Never, forced, true, false},
       }) {
    CAPTURE(static_cast<int>(row.choice));
    CAPTURE(row.environment.no_color);
    CAPTURE(row.environment.clicolor_force);
    CAPTURE(row.environment.term);
    CHECK(use_color(row.choice, row.environment, row.terminal) == row.colored);
  }
}

}  // namespace
}  // namespace egressctl::cli
