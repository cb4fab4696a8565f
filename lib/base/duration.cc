#include "lib/base/duration.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace egressctl {
namespace {

struct Unit {
  std::string_view name;
  double nanoseconds;
};

// Longer names first: "ms" before "m".
constexpr Unit kUnits[] = {{"ns", 1.0}, {"us", 1e3}, {"µs", 1e3}, {"μs", 1e3},
                           {"ms", 1e6}, {"s", 1e9},  {"m", 6e10}, {"h", 3.6e12}};

constexpr double kLongest = 9.2e18;  // just under what 64 bits hold

// Takes "12", "1.5" or ".5" off the front.
std::optional<double> take_number(std::string_view& text) {
  double value = 0;
  double scale = 1;
  bool fraction = false;
  std::size_t digits = 0;
  while (!text.empty()) {
    const char c = text.front();
    if (c == '.' && !fraction) {
      fraction = true;
    } else if (c >= '0' && c <= '9') {
      value = value * 10 + (c - '0');
      if (fraction) scale *= 10;
      ++digits;
    } else {
      break;
    }
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  return value / scale;
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return std::chrono::nanoseconds{0};
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    const auto number = take_number(text);
    const auto* const unit =
        std::find_if(std::begin(kUnits), std::end(kUnits),
                     [&](const Unit& candidate) { return text.starts_with(candidate.name); });
    if (!number || unit == std::end(kUnits)) return std::nullopt;
    text.remove_prefix(unit->name.size());
    total += *number * unit->nanoseconds;
    if (!(total < kLongest)) return std::nullopt;
  }
  return std::chrono::nanoseconds{static_cast<std::int64_t>(negative ? -total : total)};
}

}  // namespace egressctl
