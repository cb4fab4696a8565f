// JSON as YAML in block style.
#pragma once

#include <string>

#include "lib/bootstrap/json.h"

namespace egressctl::bootstrap {

// With a final newline.
[[nodiscard]] std::string to_yaml(const Json& json);

}  // namespace egressctl::bootstrap
