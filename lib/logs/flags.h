// Envoy's response flags in words.
//
// Source: envoyproxy.io, "Command operators", %RESPONSE_FLAGS% (1.40).
#pragma once

#include <span>
#include <string_view>

namespace egressctl::logs {

struct FlagInfo {
  std::string_view word;     // "NR"
  std::string_view name;     // %RESPONSE_FLAGS_LONG%: "NoRouteFound"
  std::string_view meaning;  // a sentence without its final stop
  std::string_view rules;    // of lint, that find what often is behind it; with
                             // blanks between them
};

// Sorted by word.
[[nodiscard]] std::span<const FlagInfo> all_flags();

// By either name; nullptr for one that Envoy does not have.
[[nodiscard]] const FlagInfo* find_flag(std::string_view word);

}  // namespace egressctl::logs
