#include <fmt/format.h>

#include "lib/render/diagnostics.h"
#include "lib/render/headline.h"
#include "lib/render/visible.h"

namespace egressctl::render {

std::string to_concise(const Diagnostics& diagnostics) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) {
    const std::string where = place(diagnostic);
    if (!where.empty()) out += where + ": ";
    out += fmt::format("{}: {} {}\n", egressctl::to_string(diagnostic.severity),
                       visible(diagnostic.message), rule_tag(diagnostic.rule));
  }
  return out;
}

}  // namespace egressctl::render
