// Numbers in text.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace egressctl {

// The number that the whole text is, as std::from_chars reads it: no sign but "-", no blanks.
// std::nullopt for anything else, and for one that T does not hold. `base`: of whole numbers, 10
// where it is left out.
template <typename T, typename... Base>
[[nodiscard]] std::optional<T> parse_number(std::string_view text, Base... base) {
  static_assert(sizeof...(base) <= 1);
  T out{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out, base...);
  if (error != std::errc() || stop != end) return std::nullopt;
  return out;
}

}  // namespace egressctl
