// The syntax tree of a regular expression that RE2 takes.
//
// Source: github.com/google/re2/wiki/Syntax.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace egressctl::resource::validation {

// A set of code points, as inclusive ranges, sorted and apart.
class CodePoints {
 public:
  static constexpr std::uint32_t kLast = 0x10FFFF;

  CodePoints() = default;
  CodePoints(std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> ranges);
  [[nodiscard]] static CodePoints all() { return {{0, kLast}}; }

  void add(std::uint32_t first, std::uint32_t last);
  void add(const CodePoints& other);
  void fold_case();  // adds the other case of ASCII letters
  [[nodiscard]] CodePoints inverse() const;
  [[nodiscard]] bool meets(const CodePoints& other) const;
  [[nodiscard]] CodePoints common(const CodePoints& other) const;
  [[nodiscard]] bool empty() const { return ranges_.empty(); }

 private:
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges_;
};

enum class Assertion : std::uint8_t {
  TextStart,
  TextEnd,
  LineStart,
  LineEnd,
  WordBoundary,
  NoWordBoundary,
};

struct Expression {
  enum class Kind : std::uint8_t { Set, Assert, Sequence, Choice, Repeat };
  Kind kind = Kind::Sequence;
  CodePoints set;                              // Set
  Assertion assertion = Assertion::TextStart;  // Assert
  std::vector<Expression> parts;               // Sequence, Choice; of Repeat one
  int least = 0;                               // Repeat
  int most = -1;                               // Repeat; -1: without end
};

// The tree of a pattern that RE2 compiles; std::nullopt where it has something that this parser
// does not know. Where a set can't be told exactly (\pL) it is too large, never too small.
[[nodiscard]] std::optional<Expression> parse_regex(std::string_view pattern);

}  // namespace egressctl::resource::validation
