#include "lib/yaml/edit.h"

#include <string>

#include "lib/yaml/emit.h"

namespace egressctl::yaml {
namespace {

SourceRange range_of(const Source* source, std::size_t begin, std::size_t end) {
  return {source, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

bool has_place(const Node& node) {
  return node.range.known() && !node.from_alias;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::size_t line_begin(std::string_view text, std::size_t offset) {
  const std::size_t end = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  return end == std::string_view::npos ? 0 : end + 1;
}

// The offset behind the line's end.
std::size_t line_end(std::string_view text, std::size_t offset) {
  const std::size_t end = text.find('\n', offset);
  return end == std::string_view::npos ? text.size() : end + 1;
}

bool is_line_rest(std::string_view rest) {
  const std::size_t first = rest.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos || (rest[first] == '#' && first > 0);
}

// Where the value of a block entry or item ends: ranges of block collections reach to the next
// token, so what is blank or a comment behind the last line of content is not theirs.
std::size_t content_end(const Node& node) {
  if (node.is_sequence() && node.style == Style::Block && !node.items.empty())
    return content_end(node.items.back());
  if (node.is_mapping() && node.style == Style::Block && !node.entries.empty()) {
    const Entry& last = node.entries.back();
    return last.value.is_null() && last.value.range.begin == last.value.range.end
               ? last.key.range.end + 1
               : content_end(last.value);
  }
  std::size_t end = node.range.end;
  const std::string_view text = node.range.source->text();
  while (end > node.range.begin && (text[end - 1] == '\n' || text[end - 1] == '\r')) --end;
  return end;
}

// The whole lines from `begin` to `end`, when nothing else stands on them.
std::optional<Edit> remove_lines(const Source* source, std::size_t begin, std::size_t end) {
  const std::string_view text = source->text();
  const std::size_t from = line_begin(text, begin);
  const std::size_t to = line_end(text, end);
  if (!is_blank(text.substr(from, begin - from)) || !is_line_rest(text.substr(end, to - end)))
    return std::nullopt;
  return Edit{range_of(source, from, to), ""};
}

// The n-th of several parts of a flow collection, with a comma.
template <typename Place>
std::optional<Edit> remove_flow_part(const Source* source, std::size_t count, std::size_t index,
                                     const Place& place) {
  if (index + 1 < count)
    return Edit{range_of(source, place(index).begin, place(index + 1).begin), ""};
  return Edit{range_of(source, place(index - 1).end, place(index).end), ""};
}

struct Extent {
  std::size_t begin;
  std::size_t end;
};

}  // namespace

std::optional<Edit> replace_string(const Node& scalar, std::string_view text) {
  if (!scalar.is_scalar() || !has_place(scalar) || !scalar.tag.empty()) return std::nullopt;
  const std::string_view written = scalar.range.text();
  if (scalar.is_plain() && written == scalar.scalar) return Edit{scalar.range, emit_string(text)};
  const bool quoted = written.size() == scalar.scalar.size() + 2 &&
                      written.substr(1, scalar.scalar.size()) == scalar.scalar;
  if (!quoted) return std::nullopt;
  if (text.find_first_of("\"'\\\n") != std::string_view::npos)
    return Edit{scalar.range, emit_string(text)};
  const std::size_t begin = scalar.range.begin;
  const std::size_t end = scalar.range.end;
  return Edit{range_of(scalar.range.source, begin + 1, end - 1), std::string(text)};
}

std::optional<Edit> replace_raw(const Node& scalar, std::string_view text) {
  if (!scalar.is_scalar() || !has_place(scalar) || scalar.style == Style::Block)
    return std::nullopt;
  const std::string_view written = scalar.range.text();
  if (written.find(scalar.scalar) == std::string_view::npos ||
      written.size() > scalar.scalar.size() + 2)
    return std::nullopt;
  return Edit{scalar.range, std::string(text)};
}

std::optional<Edit> rename_key(const Entry& entry, std::string_view name) {
  return replace_string(entry.key, name);
}

std::optional<Edit> remove_entry(const Node& mapping, std::string_view key) {
  const Entry* entry = mapping.find_entry(key);
  if (entry == nullptr || mapping.entries.size() < 2 || !has_place(mapping) ||
      !has_place(entry->key))
    return std::nullopt;
  const Source* source = mapping.range.source;
  const auto end_of = [](const Entry& each) {
    return each.value.range.known() && each.value.range.begin < each.value.range.end
               ? content_end(each.value)
               : std::size_t{each.key.range.end} + 1;
  };
  if (mapping.style != Style::Flow)
    return remove_lines(source, entry->key.range.begin, end_of(*entry));
  const auto index = static_cast<std::size_t>(entry - mapping.entries.data());
  return remove_flow_part(source, mapping.entries.size(), index, [&](std::size_t i) {
    return Extent{mapping.entries[i].key.range.begin, end_of(mapping.entries[i])};
  });
}

std::optional<Edit> remove_item(const Node& sequence, std::size_t index) {
  if (index >= sequence.items.size() || sequence.items.size() < 2 || !has_place(sequence))
    return std::nullopt;
  const Source* source = sequence.range.source;
  const Node& item = sequence.items[index];
  if (!item.range.known() || item.range.begin == item.range.end) return std::nullopt;
  if (sequence.style == Style::Flow)
    return remove_flow_part(source, sequence.items.size(), index, [&](std::size_t i) {
      return Extent{sequence.items[i].range.begin, sequence.items[i].range.end};
    });
  const std::string_view text = source->text();
  const std::size_t dash = text.rfind('-', item.range.begin);
  const std::size_t from = line_begin(text, item.range.begin);
  if (dash == std::string_view::npos || dash < from ||
      !is_blank(text.substr(dash + 1, item.range.begin - dash - 1)))
    return std::nullopt;
  return remove_lines(source, dash, content_end(item));
}

std::optional<Edit> append_item(const Node& sequence, std::string_view text) {
  if (!sequence.is_sequence() || sequence.items.empty() || !has_place(sequence))
    return std::nullopt;
  const Node& last = sequence.items.back();
  if (!last.is_scalar() || last.style == Style::Block || !last.range.known()) return std::nullopt;
  const Source* source = sequence.range.source;
  const std::size_t end = last.range.end;
  const std::string value = emit_string(text);
  if (sequence.style == Style::Flow) return Edit{range_of(source, end, end), ", " + value};
  const std::string_view all = source->text();
  const std::size_t from = line_begin(all, last.range.begin);
  const std::string_view before = all.substr(from, last.range.begin - from);
  const std::size_t dash = before.rfind('-');
  if (dash == std::string_view::npos || !is_blank(before.substr(0, dash)) ||
      !is_blank(before.substr(dash + 1)))
    return std::nullopt;
  const std::size_t to = line_end(all, end);
  std::string line(before);
  line += value;
  if (to > 0 && all[to - 1] == '\n') return Edit{range_of(source, to, to), line + "\n"};
  return Edit{range_of(source, to, to), "\n" + line};
}

std::optional<Edit> insert_entry(const Node& mapping, std::string_view key,
                                 std::string_view value) {
  if (!mapping.is_mapping() || mapping.entries.empty() || !has_place(mapping) ||
      !has_place(mapping.entries.front().key))
    return std::nullopt;
  const Source* source = mapping.range.source;
  const std::size_t begin = mapping.entries.front().key.range.begin;
  std::string text = emit_string(key) + ": " + std::string(value);
  if (mapping.style == Style::Flow) return Edit{range_of(source, begin, begin), text + ", "};
  const std::string_view all = source->text();
  text += '\n' + std::string(begin - line_begin(all, begin), ' ');
  return Edit{range_of(source, begin, begin), text};
}

}  // namespace egressctl::yaml
