// The text of one input file, and positions in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace egressctl {

// A place for people: both numbers are 1-based, the column counts code points.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;

  bool operator==(const Position&) const = default;
};

// One input: its path as the user gave it, its bytes, and an index of its lines.
//
// Immutable after construction and safe to read from several threads. It must
// outlive every SourceRange that points at it, so it can't be copied or moved.
class Source {
 public:
  Source(std::string path, std::string text);
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string_view text() const { return text_; }

  // The line and column of the byte at `offset`; an offset behind the end means the end.
  // A byte order mark at the start takes no column.
  [[nodiscard]] Position position(std::size_t offset) const;

  // The number of lines; a text that ends in a newline has no empty line after it.
  [[nodiscard]] std::size_t line_count() const { return line_starts_.size(); }

  // The text of a 1-based line, without its line end; empty when there is no such line.
  [[nodiscard]] std::string_view line(std::size_t number) const;

  // The byte offset at which a 1-based line starts; the text's size when there is no such line.
  [[nodiscard]] std::size_t line_start(std::size_t number) const;

 private:
  std::string path_;
  std::string text_;
  std::vector<std::uint32_t> line_starts_;
};

// Half-open byte range [begin, end) of a source. A default one points nowhere.
struct SourceRange {
  const Source* source = nullptr;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  [[nodiscard]] bool known() const { return source != nullptr; }
  [[nodiscard]] Position start_position() const;  // {1, 1} when not known
  [[nodiscard]] Position end_position() const;    // one past the last character
  [[nodiscard]] std::string_view text() const;    // empty when not known

  bool operator==(const SourceRange&) const = default;
};

// `path:line:column` of the range's start, or an empty string when it is not known.
[[nodiscard]] std::string location(const SourceRange& range);

}  // namespace egressctl
