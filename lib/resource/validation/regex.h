// Regular expressions as Envoy compiles them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace egressctl::resource::validation {

// The longest that Istio takes, in bytes.
inline constexpr std::size_t kMaxRegexBytes = 1024;

// What RE2 has against `pattern`, or std::nullopt. Source: github.com/google/re2/wiki/Syntax.
[[nodiscard]] std::optional<std::string> regex_problem(std::string_view pattern);

}  // namespace egressctl::resource::validation
