// Durations as Go writes them and Kubernetes and Istio read them.
//
// Source: Go's time.ParseDuration.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace egressctl {

// "300ms", "1.5h", "2h45m", "-1s", "0"; the units are ns, us (or µs), ms, s, m and h. Fractions of
// a nanosecond are cut off. std::nullopt for anything else and for what passes 292 years.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

}  // namespace egressctl
