// What a finding is known by from one run to the next.
#pragma once

#include <string>
#include <vector>

#include "lib/base/diagnostic.h"

namespace egressctl::render {

// A fingerprint for each finding, in the same order: 32 hexadecimal digits.
//
// It depends on the rule, the resource (kind, namespace, name), the message without the positions
// in it, and on how many findings equal in these came before; not on paths and lines, so it
// survives that text is moved.
[[nodiscard]] std::vector<std::string> fingerprints(const Diagnostics& diagnostics);

// `message` without its `path:line:column`s and `line:column`s.
[[nodiscard]] std::string without_positions(std::string_view message);

}  // namespace egressctl::render
