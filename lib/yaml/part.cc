#include "lib/yaml/part.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

namespace egressctl::yaml {
namespace {

// How many bytes of the source make the next byte of the text; std::nullopt when that can't be
// told.
std::optional<std::size_t> width_of(std::string_view rest, Style style) {
  if (style == Style::SingleQuoted) return rest.starts_with("''") ? 2 : 1;
  if (style != Style::DoubleQuoted || rest.front() != '\\') return 1;
  constexpr std::string_view kOfOneByte = "0abtnvfre \"/\\";
  const bool simple = rest.size() > 1 && kOfOneByte.find(rest[1]) != std::string_view::npos;
  return simple ? std::optional<std::size_t>(2) : std::nullopt;
}

// For each byte of the text the offset in the source's, and one for the end; empty when unknown.
std::vector<std::uint32_t> offsets_of(const Node& scalar) {
  std::string_view raw = scalar.range.text();
  const bool quoted = scalar.style == Style::SingleQuoted || scalar.style == Style::DoubleQuoted;
  if (scalar.from_alias || (!quoted && scalar.style != Style::Plain) || raw.size() < 2 * quoted ||
      raw.find('\n') != std::string_view::npos)
    return {};
  std::uint32_t at = scalar.range.begin;
  if (quoted) {
    raw = raw.substr(1, raw.size() - 2);
    ++at;
  }
  std::vector<std::uint32_t> out;
  while (!raw.empty()) {
    const auto width = width_of(raw, scalar.style);
    if (!width || *width > raw.size()) return {};
    out.push_back(at);
    at += static_cast<std::uint32_t>(*width);
    raw.remove_prefix(*width);
  }
  out.push_back(at);
  // Anything that was not thought of shows in the count.
  return out.size() == scalar.scalar.size() + 1 ? out : std::vector<std::uint32_t>();
}

}  // namespace

SourceRange part_of(const Node& scalar, std::size_t begin, std::size_t end) {
  const std::vector<std::uint32_t> offsets = offsets_of(scalar);
  if (offsets.empty() || begin >= end || end >= offsets.size()) return scalar.range;
  return {scalar.range.source, offsets[begin], offsets[end]};
}

}  // namespace egressctl::yaml
