// Labels and selectors as findings show them.
#pragma once

#include <string>

#include "lib/resource/positioned.h"

namespace egressctl::lint::rules {

// "app=web,tier=front", in the order of the source.
[[nodiscard]] std::string to_text(const resource::TextMap& labels);

}  // namespace egressctl::lint::rules
