// The grammar of CEL, the language of Telemetry's access log filters.
//
// Source: github.com/google/cel-spec, doc/langdef.md; macros as cel-go expands them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace egressctl::resource::validation {

// What keeps `text` from being an expression, or std::nullopt. Names and types are not looked at.
[[nodiscard]] std::optional<std::string> cel_syntax_problem(std::string_view text);

}  // namespace egressctl::resource::validation
