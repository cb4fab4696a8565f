#include "lib/spec/amounts.h"

#include <array>
#include <charconv>
#include <utility>

namespace egressctl::spec {
namespace {

// Takes a whole number and `unit` from the start of `text`. 0 when there is no such part;
// std::nullopt when its number is too large.
std::optional<std::int64_t> take_part(std::string_view& text, char unit) {
  constexpr std::int64_t kMost = 3'600'000'000;  // seconds in a million hours
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (digits == 0 || digits == text.size() || *end != unit || text.front() == '-') return 0;
  if (error != std::errc() || number > kMost) return std::nullopt;
  text.remove_prefix(digits + 1);
  return number;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<double> scale_of(std::string_view suffix) {
  static constexpr std::array<std::pair<std::string_view, double>, 16> kScales = {{
      {"", 1.0},
      {"n", 1e-9},
      {"u", 1e-6},
      {"m", 1e-3},
      {"k", 1e3},
      {"M", 1e6},
      {"G", 1e9},
      {"T", 1e12},
      {"P", 1e15},
      {"E", 1e18},
      {"Ki", 0x1p10},
      {"Mi", 0x1p20},
      {"Gi", 0x1p30},
      {"Ti", 0x1p40},
      {"Pi", 0x1p50},
      {"Ei", 0x1p60},
  }};
  for (const auto& [name, scale] : kScales)
    if (name == suffix) return scale;
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_seconds(std::string_view text) {
  if (text.empty()) return std::nullopt;
  constexpr std::array<std::pair<char, std::int64_t>, 3> kUnits = {
      {{'h', 3600}, {'m', 60}, {'s', 1}}};
  std::int64_t seconds = 0;
  for (const auto& [unit, length] : kUnits) {
    const auto part = take_part(text, unit);
    if (!part) return std::nullopt;
    seconds += *part * length;
  }
  return text.empty() ? std::optional(seconds) : std::nullopt;
}

std::optional<double> parse_quantity(std::string_view text) {
  std::size_t digits = 0;
  std::size_t at = 0;
  bool dot = false;
  for (; at < text.size() && (is_digit(text[at]) || (text[at] == '.' && !dot)); ++at) {
    if (text[at] == '.')
      dot = true;
    else
      ++digits;
  }
  const auto scale = scale_of(text.substr(at));
  if (digits == 0 || !scale) return std::nullopt;
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + at, number);
  if (parsed.ec != std::errc()) return std::nullopt;
  return number * *scale;
}

}  // namespace egressctl::spec
