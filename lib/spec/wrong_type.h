// The finding about a value of a type that its key does not take.
#pragma once

#include <string>

#include "lib/base/diagnostic.h"
#include "lib/spec/tables.h"
#include "lib/yaml/node.h"

namespace egressctl::spec {

// Reports that `value`, the one at `path`, is not what `field` takes (an item of it, when
// `is_item`), with a way to write it where one can be told.
void report_wrong_type(const Field& field, const yaml::Node& value, const std::string& path,
                       bool is_item, Diagnostics& diagnostics);

// What `value` is, for messages: `"abc"` for a quoted or plain text, `12` for a number, "a list",
// "a mapping", "empty".
[[nodiscard]] std::string describe(const yaml::Node& value);

}  // namespace egressctl::spec
