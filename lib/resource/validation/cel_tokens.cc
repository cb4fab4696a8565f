#include "lib/resource/validation/cel_tokens.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

namespace egressctl::resource::validation {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_octal(char c) {
  return c >= '0' && c <= '7';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_name(char c) {
  return is_name_start(c) || is_digit(c);
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  CelTokens run() {
    while (!out_.problem) {
      skip_blanks();
      if (at_ == text_.size()) {
        out_.list.push_back({CelKind::End, {}});
        break;
      }
      scan();
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void skip_blanks() {
    while (at_ < text_.size()) {
      const char c = peek();
      if (c == '/' && peek(1) == '/') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
        ++at_;
      } else {
        return;
      }
    }
  }

  void add(CelKind kind, std::size_t begin) {
    out_.list.push_back({kind, text_.substr(begin, at_ - begin)});
  }

  void fail(std::string problem) { out_.problem = std::move(problem); }

  void scan() {
    const char c = peek();
    if (starts_string()) return scan_string();
    if (is_name_start(c)) {
      const std::size_t begin = at_;
      while (is_name(peek())) ++at_;
      return add(CelKind::Name, begin);
    }
    if (c == '`') return scan_quoted_name();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return scan_number();
    scan_sign();
  }

  [[nodiscard]] bool starts_string() const {
    std::size_t ahead = 0;
    while (ahead < 2 && std::string_view("rRbB").find(peek(ahead)) != std::string_view::npos)
      ++ahead;
    const std::string_view prefix = text_.substr(at_, ahead);
    const bool wrong = ahead == 2 && ((prefix[0] | 0x20) != 'b' || (prefix[1] | 0x20) != 'r');
    return !wrong && (peek(ahead) == '"' || peek(ahead) == '\'');
  }

  void scan_string() {
    const std::size_t begin = at_;
    bool raw = false;
    for (; peek() != '"' && peek() != '\''; ++at_) raw = raw || (peek() | 0x20) == 'r';
    const std::string quote(1, peek());
    const bool triple = text_.substr(at_).starts_with(quote + quote + quote);
    const std::string end = triple ? quote + quote + quote : quote;
    at_ += end.size();
    while (at_ < text_.size()) {
      if (text_.substr(at_).starts_with(end)) {
        at_ += end.size();
        return add(CelKind::String, begin);
      }
      if (!triple && (peek() == '\n' || peek() == '\r')) break;
      if (peek() == '\\' && !raw) {
        if (!skip_escape()) return;
      } else {
        ++at_;
      }
    }
    fail("a string is not closed");
  }

  // A field's name that is no plain word: a.`content-type`.
  void scan_quoted_name() {
    const std::size_t begin = at_;
    const std::size_t end = text_.find('`', at_ + 1);
    const std::string_view name = text_.substr(begin + 1, end - begin - 1);
    const bool fine = std::all_of(name.begin(), name.end(), [](char c) {
      return is_name(c) || c == '.' || c == '-' || c == '/' || c == ' ';
    });
    if (end == std::string_view::npos || name.empty() || !fine)
      return fail("a name in backticks is not made of letters, digits, \"_.-/\" and blanks");
    at_ = end + 1;
    add(CelKind::QuotedName, begin);
  }

  bool skip_escape() {
    const char c = peek(1);
    std::size_t digits = 0;
    if (c == 'x' || c == 'X') digits = 2;
    if (c == 'u') digits = 4;
    if (c == 'U') digits = 8;
    bool fine = digits > 0 || std::string_view("abfnrtv\\?\"'`").find(c) != std::string_view::npos;
    for (std::size_t i = 0; i < digits; ++i) fine = fine && is_hex(peek(2 + i));
    if (c >= '0' && c <= '3') {
      digits = 2;
      fine = is_octal(peek(2)) && is_octal(peek(3));
    }
    if (!fine) fail(fmt::format("a string has the unknown escape \"\\{}\"", c));
    at_ += 2 + digits;
    return fine;
  }

  void scan_number() {
    const std::size_t begin = at_;
    bool real = false;
    const bool hex = peek() == '0' && peek(1) == 'x' && is_hex(peek(2));
    if (hex) at_ += 2;
    while (hex ? is_hex(peek()) : is_digit(peek())) ++at_;
    if (!hex && peek() == '.' && is_digit(peek(1))) {
      real = true;
      for (++at_; is_digit(peek());) ++at_;
    }
    if (!hex) real = skip_exponent() || real;
    const std::string_view digits = text_.substr(hex ? begin + 2 : begin, at_ - begin);
    const bool is_unsigned = !real && (peek() | 0x20) == 'u';
    if (!real && !fits(digits.substr(0, at_ - (hex ? begin + 2 : begin)), hex, is_unsigned))
      return fail(fmt::format("{} is too large a number", digits));
    if (is_unsigned) ++at_;
    add(CelKind::Number, begin);
  }

  bool skip_exponent() {
    if ((peek() | 0x20) != 'e') return false;
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if (!is_digit(peek(1 + sign))) return false;
    for (at_ += 1 + sign; is_digit(peek());) ++at_;
    return true;
  }

  // Whether the minus before a number is its sign, not an operator.
  [[nodiscard]] bool is_negative() const {
    const std::size_t size = out_.list.size();
    if (size == 0 || out_.list.back().text != "-") return false;
    if (size == 1) return true;
    const CelToken& before = out_.list[size - 2];
    return before.kind == CelKind::Sign && before.text != ")" && before.text != "]" &&
           before.text != "}";
  }

  // A negative number may be one larger.
  [[nodiscard]] bool fits(std::string_view digits, bool hex, bool is_unsigned) const {
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
    const std::uint64_t kMost = (1ULL << 63) - (is_negative() ? 0 : 1);
    return error == std::errc() && (is_unsigned || value <= kMost);
  }

  void scan_sign() {
    constexpr std::string_view kSigns[] = {"==", "!=", "<=", ">=", "&&", "||", "(", ")",
                                           "[",  "]",  "{",  "}",  ".",  ",",  "?", ":",
                                           "+",  "-",  "*",  "/",  "%",  "<",  ">", "!"};
    const std::string_view rest = text_.substr(at_);
    for (const std::string_view sign : kSigns) {
      if (!rest.starts_with(sign)) continue;
      at_ += sign.size();
      return add(CelKind::Sign, at_ - sign.size());
    }
    const bool lone = rest.front() == '=' || rest.front() == '&' || rest.front() == '|';
    fail(lone ? fmt::format("\"{0}\" is no operator, \"{0}{0}\" is", rest.front())
              : fmt::format("it has the unexpected character \"{}\"", rest.substr(0, 1)));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  CelTokens out_;
};

}  // namespace

CelTokens cel_tokens(std::string_view text) {
  return Scanner(text).run();
}

}  // namespace egressctl::resource::validation
