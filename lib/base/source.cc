#include "lib/base/source.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace egressctl {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool starts_code_point(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

}  // namespace

Source::Source(std::string path, std::string text)
    : path_(std::move(path)), text_(std::move(text)) {
  line_starts_.push_back(0);
  // A line ends in LF, CR LF, or a lone CR (YAML 1.2, 5.4).
  for (std::size_t i = 0; i < text_.size(); ++i) {
    const bool lone_cr = text_[i] == '\r' && (i + 1 == text_.size() || text_[i + 1] != '\n');
    if ((text_[i] == '\n' || lone_cr) && i + 1 < text_.size())
      line_starts_.push_back(static_cast<std::uint32_t>(i + 1));
  }
}

Position Source::position(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const std::size_t line = static_cast<std::size_t>(next - line_starts_.begin());
  std::string_view before(text_.data() + line_starts_[line - 1], offset - line_starts_[line - 1]);
  if (line == 1 && before.starts_with(kByteOrderMark)) before.remove_prefix(kByteOrderMark.size());
  const auto columns = std::count_if(before.begin(), before.end(), starts_code_point);
  return {line, static_cast<std::size_t>(columns) + 1};
}

std::size_t Source::line_start(std::size_t number) const {
  return number >= 1 && number <= line_starts_.size() ? line_starts_[number - 1] : text_.size();
}

std::string_view Source::line(std::size_t number) const {
  if (number < 1 || number > line_starts_.size()) return {};
  const std::size_t begin = line_start(number);
  std::string_view line(text_.data() + begin, line_start(number + 1) - begin);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (number == 1 && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  return line;
}

Position SourceRange::start_position() const {
  return source != nullptr ? source->position(begin) : Position{};
}

Position SourceRange::end_position() const {
  return source != nullptr ? source->position(end) : Position{};
}

std::string_view SourceRange::text() const {
  if (source == nullptr) return {};
  const std::string_view all = source->text();
  const std::size_t from = std::min<std::size_t>(begin, all.size());
  return all.substr(from, end > from ? end - from : 0);
}

std::string location(const SourceRange& range) {
  if (!range.known()) return {};
  const Position at = range.start_position();
  return fmt::format("{}:{}:{}", range.source->path(), at.line, at.column);
}

}  // namespace egressctl
