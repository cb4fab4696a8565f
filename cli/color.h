// Whether output is coloured.
//
// Source: https://no-color.org, https://bixense.com/clicolors.
#pragma once

#include <map>
#include <string>

namespace egressctl::cli {

enum class ColorChoice { Auto, Always, Never };

// The variables that have a say in it and in other settings; empty for one that is not set.
struct Environment {
  std::string no_color;        // NO_COLOR: any text but the empty one turns colour off
  std::string clicolor_force;  // CLICOLOR_FORCE: any text but "" and "0" turns it on
  std::string term;            // TERM: "dumb" turns it off
  std::map<std::string, std::string> settings = {};  // those that begin with EGRESSCTL_
};

// The variables of this process.
[[nodiscard]] Environment process_environment();

// Whether to colour what goes to a stream that is a terminal or not. The flag beats the
// environment; NO_COLOR beats CLICOLOR_FORCE; a terminal is coloured unless TERM is "dumb".
[[nodiscard]] bool use_color(ColorChoice choice, const Environment& environment, bool terminal);

}  // namespace egressctl::cli
