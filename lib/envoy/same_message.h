// Whether two values are the same message, however they are written.
#pragma once

#include "lib/envoy/message_table.h"
#include "lib/yaml/node.h"

namespace egressctl::envoy {

// Compares two values of a field; nullptr is an absent one, which is the same as the default. Both
// spellings of a field are the same, as are a number and its text, and a word and its number.
[[nodiscard]] bool same_field(const yaml::Node* a, const yaml::Node* b, const Field& field);

}  // namespace egressctl::envoy
