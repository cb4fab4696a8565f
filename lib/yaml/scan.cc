#include "lib/yaml/scan.h"

#include <algorithm>

namespace egressctl::yaml {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool is_break(char c) {
  return c == '\n' || c == '\r';
}
bool is_space(char c) {
  return is_blank(c) || is_break(c);
}
bool is_flow_indicator(char c) {
  return c == ',' || c == '[' || c == ']' || c == '{' || c == '}';
}

std::size_t line_end(std::string_view text, std::size_t at) {
  while (at < text.size() && !is_break(text[at])) ++at;
  return at;
}

// Over blanks, line breaks and comments.
std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (is_space(text[at]))
      ++at;
    else if (text[at] == '#' && (at == 0 || is_space(text[at - 1])))
      at = line_end(text, at);
    else
      break;
  }
  return at;
}

std::size_t quoted_end(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      const bool doubled = quote == '\'' && i + 1 < text.size() && text[i + 1] == '\'';
      if (!doubled) return i + 1;
      ++i;
    }
  }
  return text.size();
}

std::size_t block_end(std::string_view text, std::size_t begin, std::string_view value) {
  const std::size_t header = line_end(text, begin);
  if (value.find_first_not_of('\n') == std::string_view::npos) return header;
  std::size_t end = header;
  std::size_t indent = 0;
  for (std::size_t at = header; at < text.size();) {
    if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') ++at;
    ++at;  // behind the break
    std::size_t first = at;
    while (first < text.size() && text[first] == ' ') ++first;
    const std::size_t stop = line_end(text, first);
    const bool blank = first == stop;
    if (!blank && indent == 0) indent = std::max<std::size_t>(first - at, 1);
    if (!blank && first - at < indent) break;
    if (!blank) end = stop;
    at = stop;
  }
  return end;
}

// Plain text over several lines: a break and the indentation stand for one space or for newlines.
std::size_t plain_end(std::string_view text, std::size_t begin, std::string_view value) {
  if (text.substr(begin, value.size()) == value) return begin + value.size();
  std::size_t i = begin;
  std::size_t j = 0;
  while (i < text.size() && j < value.size()) {
    if (text[i] == value[j] && !is_space(text[i])) {
      ++i;
      ++j;
      continue;
    }
    if (!is_space(text[i])) break;
    while (i < text.size() && is_space(text[i])) ++i;
    while (j < value.size() && is_space(value[j])) ++j;
  }
  return i;
}

}  // namespace

std::size_t content_begin(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
    const bool verbatim = text[at] == '!' && at + 1 < text.size() && text[at + 1] == '<';
    if (verbatim) at = std::min(text.find('>', at), text.size() - 1) + 1;
    at = skip_space(text, name_end(text, at));
  }
  return at;
}

Style scalar_style(std::string_view text, std::size_t begin) {
  if (begin >= text.size()) return Style::Plain;
  switch (text[begin]) {
    case '"': return Style::DoubleQuoted;
    case '\'': return Style::SingleQuoted;
    case '|':
    case '>': return Style::Block;
    default: return Style::Plain;
  }
}

std::size_t scalar_end(std::string_view text, std::size_t begin, Style style,
                       std::string_view value) {
  switch (style) {
    case Style::SingleQuoted:
    case Style::DoubleQuoted: return quoted_end(text, begin);
    case Style::Block: return block_end(text, begin, value);
    default: return plain_end(text, begin, value);
  }
}

std::size_t name_end(std::string_view text, std::size_t begin) {
  std::size_t at = begin;
  while (at < text.size() && !is_space(text[at]) && !is_flow_indicator(text[at])) ++at;
  return at;
}

std::size_t null_word(std::string_view text, std::size_t at) {
  for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
    if (text.substr(std::min(at, text.size()), word.size()) != word) continue;
    const std::size_t end = at + word.size();
    if (end == text.size() || is_space(text[end]) || is_flow_indicator(text[end]))
      return word.size();
  }
  return 0;
}

std::size_t closing_end(std::string_view text, std::size_t from, char bracket) {
  std::size_t at = skip_space(text, from);
  while (at < text.size() && (text[at] == ',' || text[at] == ':')) at = skip_space(text, at + 1);
  return at < text.size() && text[at] == bracket ? at + 1 : from;
}

std::size_t first_template_action(std::string_view text) {
  for (std::size_t at = text.find("{{"); at != std::string_view::npos;
       at = text.find("{{", at + 2)) {
    std::size_t before = at;
    while (before > 0 && is_blank(text[before - 1])) --before;
    const bool at_line_start = before == 0 || is_break(text[before - 1]);
    const bool behind_indicator =
        before < at && before > 0 && (text[before - 1] == ':' || text[before - 1] == '-');
    if (at_line_start || behind_indicator) return at;
  }
  return std::string_view::npos;
}

}  // namespace egressctl::yaml
