// A line of an access log, told before it is written.
#pragma once

#include <string>

#include "lib/trace/trace.h"

namespace egressctl::trace {

// The line that the hop's proxy would write, in its format; `*` stands for what is only known while
// it runs. Without the final newline; empty when it writes none.
//
// Source: envoyproxy.io, "Access logging: command operators".
[[nodiscard]] std::string access_log(const Hop& hop);

}  // namespace egressctl::trace
