// Numbers in text.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace egressctl {

// The number that the whole text is, as std::from_chars reads it: no sign but "-", no blanks.
// std::nullopt for anything else, and for one that T does not hold.
template <typename T>
[[nodiscard]] std::optional<T> parse_number(std::string_view text) {
  T out{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  if (error != std::errc() || stop != end) return std::nullopt;
  return out;
}

// The same for whole numbers of another base.
template <typename T>
[[nodiscard]] std::optional<T> parse_number(std::string_view text, int base) {
  T out{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return out;
}

}  // namespace egressctl
