// What a finding is known by from one run to the next.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lib/base/diagnostic.h"

namespace egressctl {

// The fingerprint of a finding: 32 hexadecimal digits.
//
// It depends on the rule, the resource (kind, namespace, name), the message without the positions
// in it, and on `ordinal`, how many findings equal in these came before; not on paths and lines,
// so it survives that text is moved.
[[nodiscard]] std::string fingerprint(const Diagnostic& diagnostic, std::size_t ordinal = 0);

// Those of all findings, in their order.
[[nodiscard]] std::vector<std::string> fingerprints(const Diagnostics& diagnostics);

// `message` without its `path:line:column`s and `line:column`s.
[[nodiscard]] std::string without_positions(std::string_view message);

}  // namespace egressctl
