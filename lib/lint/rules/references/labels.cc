#include "lib/lint/rules/references/labels.h"

#include <fmt/format.h>

namespace egressctl::lint::rules {

std::string to_text(const resource::TextMap& labels) {
  std::string out;
  for (const auto& label : *labels)
    out += fmt::format("{}{}={}", out.empty() ? "" : ",", label.name, *label.entry);
  return out;
}

}  // namespace egressctl::lint::rules
