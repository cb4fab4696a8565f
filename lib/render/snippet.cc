#include "lib/render/snippet.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "lib/render/visible.h"

namespace egressctl::render {
namespace {

constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kCut = "...";
constexpr std::size_t kMaxWholeLines = 3;
constexpr std::size_t kMinWidth = 20;

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// A line as it is shown, and the columns of it that are marked.
struct Drawn {
  std::string text;
  Span marked;
};

std::string painted(std::string_view text, std::string_view color) {
  return color.empty() ? std::string(text) : fmt::format("{}{}{}", color, text, kReset);
}

// Keeps a line of megabytes from being drawn whole: the bytes near `marked`, cut between code
// points.
Span near(std::string_view line, const Span& marked, std::size_t width) {
  const std::size_t reach = width * 4;
  const auto inside = [&](std::size_t i) {
    return i < line.size() && (static_cast<unsigned char>(line[i]) & 0xC0U) == 0x80U;
  };
  Span window{marked.begin > reach ? marked.begin - reach : 0,
              std::min(line.size(), marked.begin + reach)};
  while (inside(window.begin)) ++window.begin;
  while (inside(window.end)) ++window.end;
  return window;
}

// The columns to show of a line `total` wide, so that the marks' start and what follows are seen.
Span visible_columns(std::size_t total, const Span& marked, std::size_t width) {
  if (total <= width) return {0, total};
  const std::size_t last = std::min(marked.end, marked.begin + width / 2);
  if (last + kCut.size() <= width) return {0, width};
  const std::size_t begin =
      std::min(marked.begin - std::min(marked.begin, width / 3), total - width);
  return {begin, begin + width};
}

// Draws `line` with the bytes [marked) of it marked, at least one column.
Drawn draw(std::string_view line, Span marked, std::size_t width) {
  const Span bytes = near(line, marked, width);
  const std::vector<Cell> cells = cells_of(line.substr(bytes.begin, bytes.end - bytes.begin));
  std::vector<std::size_t> starts;
  std::size_t total = 0;
  Span columns{std::string::npos, 0};
  for (const Cell& cell : cells) {
    const std::size_t at = bytes.begin + cell.begin;
    if (at >= marked.begin && columns.begin == std::string::npos) columns.begin = total;
    starts.push_back(total);
    total += cell.width;
    if (at < marked.end) columns.end = total;
  }
  if (columns.begin == std::string::npos) columns.begin = total;
  columns.end = std::max(columns.end, columns.begin + 1);

  const Span shown = visible_columns(std::max(total, columns.begin + 1), columns, width);
  const bool cut_left = shown.begin > 0 || bytes.begin > 0;
  const bool cut_right = shown.end < total || bytes.end < line.size();
  const std::size_t first = shown.begin + (cut_left ? kCut.size() : 0);
  const std::size_t last = shown.end - (cut_right ? kCut.size() : 0);
  Drawn drawn;
  drawn.text = cut_left ? kCut : "";
  // A wide cell that the cut goes through leaves a gap, or the marks would stand elsewhere.
  std::size_t column = first;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (starts[i] < first || starts[i] + cells[i].width > last) continue;
    drawn.text.append(starts[i] - column, ' ');
    drawn.text += cells[i].text;
    column = starts[i] + cells[i].width;
  }
  if (cut_right) drawn.text.append(last - column, ' ').append(kCut);
  const std::size_t offset = first - (cut_left ? kCut.size() : 0);
  drawn.marked.begin = std::max(columns.begin, first) - offset;
  drawn.marked.end = std::max(std::min(columns.end, shown.end) - offset, drawn.marked.begin + 1);
  return drawn;
}

std::size_t line_of(const Source& source, std::size_t offset) {
  return source.position(offset).line;
}

// The part of `bytes` that lies on line `number`, relative to `line`'s start, without indentation.
Span part_on_line(const Source& source, std::size_t number, std::string_view line, Span bytes) {
  const auto start = static_cast<std::size_t>(line.data() - source.text().data());
  const auto relative = [&](std::size_t offset) {
    return std::min(offset - std::min(offset, start), line.size());
  };
  Span part{relative(bytes.begin), relative(bytes.end)};
  if (number != line_of(source, bytes.begin)) {
    const std::size_t text = line.find_first_not_of(" \t");
    part.begin = std::min(text == std::string_view::npos ? 0 : text, part.end);
  }
  return part;
}

}  // namespace

SourceRange trimmed(const SourceRange& range) {
  const std::string_view text = range.source->text();
  const auto size = static_cast<std::uint32_t>(text.size());
  SourceRange result{range.source, std::min(range.begin, size), std::min(range.end, size)};
  result.end = std::max(result.begin, result.end);
  const auto blank = [](char c) { return c == '\n' || c == '\r' || c == ' '; };
  while (result.end > result.begin && blank(text[result.end - 1])) --result.end;
  return result;
}

std::size_t last_line(const SourceRange& range) {
  return range.known() ? line_of(*range.source, trimmed(range).end) : 0;
}

std::string snippet(const SourceRange& range, const SnippetStyle& style) {
  if (!range.known()) return {};
  const Source& source = *range.source;
  const SourceRange whole = trimmed(range);
  const Span bytes{whole.begin, whole.end};
  const std::size_t first = line_of(source, bytes.begin);
  const std::size_t last = line_of(source, bytes.end);
  const std::size_t width = std::max(style.width, kMinWidth);
  std::string out;
  for (std::size_t number = first; number <= last; ++number) {
    if (last - first >= kMaxWholeLines && number == first + 1) {
      const std::string lines = fmt::format("({} more lines)", last - first - 1);
      out +=
          painted(fmt::format(" {:>{}} | {}", kCut, style.gutter, lines), style.dim_color) + "\n";
      number = last;
    }
    const std::string_view line = source.line(number);
    const Drawn drawn = draw(line, part_on_line(source, number, line, bytes), width);
    out += painted(fmt::format(" {:>{}} |", number, style.gutter), style.dim_color);
    if (!drawn.text.empty()) out += " " + drawn.text;
    out += "\n" + painted(fmt::format(" {:>{}} |", "", style.gutter), style.dim_color);
    out.append(drawn.marked.begin + 1, ' ');
    const std::string marks(drawn.marked.end - drawn.marked.begin, style.mark);
    out += painted(marks, style.mark_color) + "\n";
  }
  return out;
}

}  // namespace egressctl::render
