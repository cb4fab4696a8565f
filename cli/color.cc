#include "cli/color.h"

#include <cstdlib>

namespace egressctl::cli {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

Environment process_environment() {
  return {.no_color = variable("NO_COLOR"),
          .clicolor_force = variable("CLICOLOR_FORCE"),
          .term = variable("TERM")};
}

bool use_color(ColorChoice choice, const Environment& environment, bool terminal) {
  if (choice != ColorChoice::Auto) return choice == ColorChoice::Always;
  if (!environment.no_color.empty()) return false;
  if (!environment.clicolor_force.empty() && environment.clicolor_force != "0") return true;
  return terminal && environment.term != "dumb";
}

}  // namespace egressctl::cli
