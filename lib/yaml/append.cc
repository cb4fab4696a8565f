#include "lib/yaml/append.h"

#include <cstdint>
#include <utility>

namespace egressctl::yaml {
namespace {

SourceRange place_at(const Source& source, std::size_t offset) {
  return {&source, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(offset)};
}

// The text with line ends as those of `like`.
std::string with_line_ends_of(std::string_view like, std::string_view text) {
  if (like.find("\r\n") == std::string_view::npos) return std::string(text);
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

}  // namespace

std::optional<Edit> append_document(const Source& source, std::string_view document) {
  const std::string_view text = source.text();
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
  if (json) return std::nullopt;
  std::string added;
  if (!text.empty() && !text.ends_with('\n')) added += '\n';
  added += "---\n";
  added += document;
  return Edit{place_at(source, text.size()), with_line_ends_of(text, added)};
}

std::optional<Fix> document_fix(const Source& source, std::string_view document,
                                std::string title) {
  const auto edit = append_document(source, document);
  if (!edit) return std::nullopt;
  return Fix{.title = std::move(title), .safe = false, .edits = {*edit}};
}

std::optional<Edit> prepend_item(const Node& sequence, std::string_view item) {
  if (!sequence.is_sequence() || sequence.items.empty() || !sequence.range.known() ||
      sequence.from_alias || !sequence.items.front().range.known())
    return std::nullopt;
  const Source& source = *sequence.range.source;
  const std::size_t begin = sequence.items.front().range.begin;
  if (sequence.style == Style::Flow) return Edit{place_at(source, begin), std::string(item) + ", "};
  const std::string_view text = source.text();
  const std::size_t newline = begin == 0 ? std::string_view::npos : text.rfind('\n', begin - 1);
  const std::size_t line = newline == std::string_view::npos ? 0 : newline + 1;
  const std::size_t dash = text.find_first_not_of(' ', line);
  const std::size_t content = text.find_first_not_of(' ', dash + 1);
  if (dash >= begin || text[dash] != '-' || content != begin) return std::nullopt;
  const std::string indent(text.substr(line, dash - line));
  return Edit{place_at(source, line),
              with_line_ends_of(text, indent + "- " + std::string(item) + "\n")};
}

}  // namespace egressctl::yaml
