// Regular expressions as Envoy compiles them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace egressctl::resource::validation {

// The longest that Istio takes, in bytes.
inline constexpr std::size_t kMaxRegexBytes = 1024;

struct RegexProblem {
  std::string message;
  std::size_t begin = 0;  // of the part that it is about, in bytes; equal when it is about all
  std::size_t end = 0;
};

// What RE2 has against `pattern`, or std::nullopt. Source: github.com/google/re2/wiki/Syntax.
[[nodiscard]] std::optional<RegexProblem> regex_problem(std::string_view pattern);

// The largest program that Istio lets its proxies compile, in instructions.
// Source: istio/istio pkg/bootstrap/config.go (re2.max_program_size.error_level); Envoy's own
// default is 100.
inline constexpr std::size_t kMaxRegexProgram = 32768;

// The size of the program that Envoy makes of a pattern without a problem; std::nullopt when RE2
// has not enough memory for it, of which Envoy gives it the default.
// Source: envoyproxy/envoy source/common/common/regex.cc (CompiledGoogleReMatcher).
[[nodiscard]] std::optional<std::size_t> regex_program_size(std::string_view pattern);

}  // namespace egressctl::resource::validation
