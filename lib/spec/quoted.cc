#include "lib/spec/quoted.h"

#include <fmt/format.h>

namespace egressctl::spec {

std::string quoted(std::string_view text) {
  constexpr std::size_t kMostBytes = 64;
  std::string_view shown = text;
  if (text.size() > kMostBytes) {
    std::size_t end = kMostBytes;
    // Not within a code point.
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    shown = text.substr(0, end);
  }
  std::string out = "\"";
  for (const char c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
      out += "\\n";
    else if (byte < 0x20U || byte == 0x7FU)
      out += fmt::format("\\x{:02x}", byte);
    else
      out += c;
  }
  return out + (shown.size() < text.size() ? "...\"" : "\"");
}

}  // namespace egressctl::spec
