// Points in time and spans, as text.
//
// Source: RFC 3339; cel-spec (duration conversions).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/cel/value.h"

namespace egressctl::cel {

// "2026-01-31T12:00:00.5Z", with any offset; std::nullopt for anything else and for years that 64
// bits of nanoseconds do not reach (1678 to 2261).
[[nodiscard]] std::optional<Timestamp> parse_timestamp(std::string_view text);

// In UTC, with as many digits of a second as are needed.
[[nodiscard]] std::string timestamp_text(Timestamp time);

// In seconds: "90s", "0.5s".
[[nodiscard]] std::string duration_text(Duration duration);

}  // namespace egressctl::cel
