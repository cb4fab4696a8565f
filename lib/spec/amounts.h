// Amounts that the spec writes as text: durations and Kubernetes quantities.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace egressctl::spec {

// The seconds in "60s", "5m", "1h30m" (whole hours, minutes and seconds, in this order), or
// std::nullopt when `text` is no such duration or more than a million hours.
[[nodiscard]] std::optional<std::int64_t> parse_seconds(std::string_view text);

// The number that a Kubernetes quantity such as "100m", "2", "1.5Gi" or "128M" stands for, or
// std::nullopt when `text` is none. Good enough to compare two; not exact above 2^53.
//
// Source: Kubernetes, apimachinery/pkg/api/resource. Signs and exponents ("1e3") are not taken.
[[nodiscard]] std::optional<double> parse_quantity(std::string_view text);

}  // namespace egressctl::spec
