#include "cli/color.h"

#include <cstdlib>
#include <string_view>

#include <unistd.h>

namespace egressctl::cli {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// Those of this program.
std::map<std::string, std::string> settings() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (text.starts_with("EGRESSCTL_") && equals != std::string_view::npos)
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

}  // namespace

Environment process_environment() {
  return {.no_color = variable("NO_COLOR"),
          .clicolor_force = variable("CLICOLOR_FORCE"),
          .term = variable("TERM"),
          .settings = settings()};
}

bool use_color(ColorChoice choice, const Environment& environment, bool terminal) {
  if (choice != ColorChoice::Auto) return choice == ColorChoice::Always;
  if (!environment.no_color.empty()) return false;
  if (!environment.clicolor_force.empty() && environment.clicolor_force != "0") return true;
  return terminal && environment.term != "dumb";
}

}  // namespace egressctl::cli
