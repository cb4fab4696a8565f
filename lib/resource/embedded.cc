// A literal block is parsed in place: everything around it is blanked out, so that every byte of it
// keeps its offset and only the pointer to the Source has to be exchanged in the ranges.
#include "lib/resource/embedded.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "lib/base/text.h"

namespace egressctl::resource {
namespace {

std::string_view without_cr(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(' ') == std::string_view::npos;
}

// Whether the line means something only when it starts in the first column.
bool is_marker(std::string_view line) {
  return line.starts_with("---") || line.starts_with("...") || line.starts_with('%');
}

// The file's text up to the end of the block, with all but the block's lines blanked out, or
// std::nullopt when the lines are not the string's own, indented.
std::optional<std::string> blank_around(const yaml::Node& string) {
  if (string.style != yaml::Style::Block || !string.range.known()) return std::nullopt;
  const Source& file = *string.range.source;
  const std::size_t first_line = string.range.start_position().line + 1;
  std::string out(file.text().substr(0, file.line_start(first_line)));
  for (char& c : out)
    if (c != '\n' && c != '\r') c = ' ';
  std::string_view rest = string.scalar;
  while (rest.ends_with('\n')) rest.remove_suffix(1);
  const std::vector<std::string_view> lines = split(rest, '\n');
  std::optional<std::size_t> indent;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = without_cr(lines[i]);
    const std::string_view written = file.line(first_line + i);
    if (is_blank(line) && is_blank(written)) {
      out += '\n';
      continue;
    }
    if (!indent && written.size() >= line.size()) indent = written.size() - line.size();
    const bool same = indent && written.size() == *indent + line.size() &&
                      is_blank(written.substr(0, *indent)) && written.ends_with(line);
    if (!same || is_marker(line)) return std::nullopt;
    const std::size_t begin = file.line_start(first_line + i);
    out += file.text().substr(begin, file.line_start(first_line + i + 1) - begin);
  }
  return out;
}

}  // namespace

std::shared_ptr<const EmbeddedYaml> EmbeddedYaml::parse(const yaml::Node& string,
                                                        Diagnostics& diagnostics) {
  std::shared_ptr<EmbeddedYaml> out(new EmbeddedYaml(string, diagnostics));
  return out->documents_.empty() ? nullptr : out;
}

EmbeddedYaml::EmbeddedYaml(const yaml::Node& string, Diagnostics& diagnostics)
    : whole_(string.range) {
  std::optional<std::string> in_place = blank_around(string);
  exact_ = in_place.has_value();
  const std::string path = whole_.known() ? whole_.source->path() : std::string();
  text_.emplace(path, in_place ? std::move(*in_place) : std::string(string.scalar));
  Diagnostics found;
  documents_ = yaml::load(*text_, found);
  for (Diagnostic diagnostic : found) {
    diagnostic.range = relocate(diagnostic.range);
    for (RelatedRange& related : diagnostic.related) related.range = relocate(related.range);
    diagnostics.add(std::move(diagnostic));
  }
  if (!documents_.empty()) root_ = relocate(documents_.front().root());
}

SourceRange EmbeddedYaml::relocate(SourceRange range) const {
  if (!range.known()) return range;
  return exact_ ? SourceRange{whole_.source, range.begin, range.end} : whole_;
}

yaml::Node EmbeddedYaml::relocate(const yaml::Node& node) {
  yaml::Node out = node;
  out.range = relocate(node.range);
  out.items = relocate(node.items);
  out.entries = relocate(node.entries);
  return out;
}

std::span<const yaml::Node> EmbeddedYaml::relocate(std::span<const yaml::Node> items) {
  if (items.empty()) return {};
  const auto known = known_items_.find(items.data());
  if (known != known_items_.end()) return known->second;
  std::vector<yaml::Node> copy;
  copy.reserve(items.size());
  for (const yaml::Node& item : items) copy.push_back(relocate(item));
  const std::vector<yaml::Node>& kept = items_.emplace_back(std::move(copy));
  known_items_.emplace(items.data(), kept);
  return kept;
}

std::span<const yaml::Entry> EmbeddedYaml::relocate(std::span<const yaml::Entry> entries) {
  if (entries.empty()) return {};
  const auto known = known_entries_.find(entries.data());
  if (known != known_entries_.end()) return known->second;
  std::vector<yaml::Entry> copy;
  copy.reserve(entries.size());
  for (const yaml::Entry& entry : entries)
    copy.push_back({relocate(entry.key), relocate(entry.value)});
  const std::vector<yaml::Entry>& kept = entries_.emplace_back(std::move(copy));
  known_entries_.emplace(entries.data(), kept);
  return kept;
}

}  // namespace egressctl::resource
