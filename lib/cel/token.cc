#include "lib/cel/token.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace egressctl::cel {
namespace {

// Longer ones first.
constexpr std::string_view kSigns[] = {"==", "!=", "<=", ">=", "&&", "||", ".?", "[?", "<",
                                       ">",  "+",  "-",  "*",  "/",  "%",  "!",  "?",  ":",
                                       ".",  ",",  "(",  ")",  "[",  "]",  "{",  "}",  "="};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  [[nodiscard]] Result<std::vector<Token>> run();

 private:
  void skip_blanks();
  [[nodiscard]] Result<Token> next();
  [[nodiscard]] Token name();
  [[nodiscard]] Token number();
  [[nodiscard]] bool starts_string() const;
  [[nodiscard]] Result<Token> string();
  [[nodiscard]] Result<void> escape(std::string& out, bool bytes);
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  [[nodiscard]] static tl::unexpected<Error> wrong(std::size_t at, std::string_view what) {
    return fail(ErrorCode::Invalid, fmt::format("offset {}: {}", at, what));
  }

  std::string_view source_;
  std::size_t at_ = 0;
};

Result<std::vector<Token>> Lexer::run() {
  std::vector<Token> tokens;
  while (true) {
    skip_blanks();
    if (at_ >= source_.size()) break;
    auto token = next();
    if (!token) return tl::unexpected(std::move(token.error()));
    tokens.push_back(std::move(*token));
  }
  tokens.push_back({TokenKind::End, {}, {}, source_.size()});
  return tokens;
}

void Lexer::skip_blanks() {
  while (at_ < source_.size()) {
    const char c = peek();
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      ++at_;
    } else if (source_.substr(at_).starts_with("//")) {
      at_ = std::min(source_.find('\n', at_), source_.size());
    } else {
      return;
    }
  }
}

Result<Token> Lexer::next() {
  if (starts_string()) return string();
  if (is_name_start(peek())) return name();
  if (is_digit(peek()) || (peek() == '.' && is_digit(peek(1)))) return number();
  const std::string_view rest = source_.substr(at_);
  for (const std::string_view sign : kSigns) {
    if (!rest.starts_with(sign)) continue;
    // `a[?b:c]` does not exist, but `x ?.5 : 1` does.
    const std::size_t begin = at_;
    at_ += sign.size();
    return Token{TokenKind::Sign, source_.substr(begin, sign.size()), {}, begin};
  }
  return wrong(at_, fmt::format("\"{}\" has no place in CEL", rest.substr(0, 1)));
}

Token Lexer::name() {
  const std::size_t begin = at_;
  while (is_name_start(peek()) || is_digit(peek())) ++at_;
  return {TokenKind::Name, source_.substr(begin, at_ - begin), {}, begin};
}

Token Lexer::number() {
  const std::size_t begin = at_;
  TokenKind kind = TokenKind::Int;
  const auto hex = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
    at_ += 2;
    while (hex(peek())) ++at_;
  } else {
    while (is_digit(peek())) ++at_;
    if (peek() == '.' && is_digit(peek(1))) {
      kind = TokenKind::Double;
      ++at_;
      while (is_digit(peek())) ++at_;
    }
    const bool sign = peek(1) == '+' || peek(1) == '-';
    if ((peek() == 'e' || peek() == 'E') && is_digit(peek(sign ? 2 : 1))) {
      kind = TokenKind::Double;
      at_ += sign ? 2 : 1;
      while (is_digit(peek())) ++at_;
    }
  }
  const std::string_view text = source_.substr(begin, at_ - begin);
  if (kind == TokenKind::Int && (peek() == 'u' || peek() == 'U')) {
    kind = TokenKind::Uint;
    ++at_;
  }
  return {kind, text, {}, begin};
}

bool Lexer::starts_string() const {
  std::size_t ahead = 0;
  const auto prefix = [](char c) { return c == 'r' || c == 'R' || c == 'b' || c == 'B'; };
  while (ahead < 2 && prefix(peek(ahead))) ++ahead;
  return peek(ahead) == '"' || peek(ahead) == '\'';
}

Result<Token> Lexer::string() {
  const std::size_t begin = at_;
  bool raw = false;
  bool bytes = false;
  for (; peek() != '"' && peek() != '\''; ++at_) {
    raw = raw || peek() == 'r' || peek() == 'R';
    bytes = bytes || peek() == 'b' || peek() == 'B';
  }
  const std::string three(3, peek());
  const bool long_form = source_.substr(at_).starts_with(three);
  const std::string_view quote = std::string_view(three).substr(0, long_form ? 3 : 1);
  at_ += quote.size();
  std::string value;
  while (!source_.substr(at_).starts_with(quote)) {
    if (at_ >= source_.size() || (!long_form && (peek() == '\n' || peek() == '\r')))
      return wrong(begin, "the string has no end");
    if (peek() == '\\' && !raw) {
      if (auto done = escape(value, bytes); !done) return tl::unexpected(std::move(done.error()));
    } else {
      value += source_[at_++];
    }
  }
  at_ += quote.size();
  return Token{bytes ? TokenKind::Bytes : TokenKind::String, source_.substr(begin, at_ - begin),
               std::move(value), begin};
}

Result<void> Lexer::escape(std::string& out, bool bytes) {
  constexpr std::string_view kPlain = "abfnrtv\\?\"'`";
  constexpr std::string_view kMeaning = "\a\b\f\n\r\t\v\\?\"'`";
  const std::size_t begin = at_++;
  const char c = peek();
  const std::size_t plain = c == '\0' ? std::string_view::npos : kPlain.find(c);
  if (plain != std::string_view::npos) {
    out += kMeaning[plain];
    ++at_;
    return {};
  }
  std::size_t digits = 3;
  int base = 8;
  if (c == 'x' || c == 'X' || c == 'u' || c == 'U') {
    digits = c == 'u' ? 4 : c == 'U' ? 8 : 2;
    base = 16;
    ++at_;
  }
  const std::string_view text = source_.substr(at_, digits);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code, base);
  if (error != std::errc() || end != text.data() + digits || text.size() != digits)
    return wrong(begin, "no such escape");
  at_ += digits;
  const bool one_byte = bytes && digits < 4 && code < 256;
  if (one_byte)
    out += static_cast<char>(code);
  else if (!append_utf8(code, out))
    return wrong(begin, "no such character");
  return {};
}

}  // namespace

bool append_utf8(std::uint32_t code_point, std::string& out) {
  const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
  const auto tail = [&](unsigned shift) { byte(0x80U | ((code_point >> shift) & 0x3FU)); };
  if (code_point < 0x80U) {
    byte(code_point);
  } else if (code_point < 0x800U) {
    byte(0xC0U | (code_point >> 6U));
    tail(0);
  } else if (code_point < 0x10000U) {
    if (code_point >= 0xD800U && code_point <= 0xDFFFU) return false;
    byte(0xE0U | (code_point >> 12U));
    tail(6);
    tail(0);
  } else if (code_point < 0x110000U) {
    byte(0xF0U | (code_point >> 18U));
    tail(12);
    tail(6);
    tail(0);
  } else {
    return false;
  }
  return true;
}

Result<std::vector<Token>> tokenize(std::string_view source) {
  return Lexer(source).run();
}

std::string field_name(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kParts[] = {
      {"__underscores__", "__"}, {"__dot__", "."}, {"__dash__", "-"}, {"__slash__", "/"}};
  constexpr std::string_view kKeywords[] = {
      "true",     "false",   "null",      "in",       "as",  "break",  "const",
      "continue", "else",    "for",       "function", "if",  "import", "let",
      "loop",     "package", "namespace", "return",   "var", "void",   "while"};
  if (name.find("__") == std::string_view::npos) return std::string(name);
  if (name.size() > 4 && name.starts_with("__") && name.ends_with("__")) {
    const std::string_view inner = name.substr(2, name.size() - 4);
    if (std::find(std::begin(kKeywords), std::end(kKeywords), inner) != std::end(kKeywords))
      return std::string(inner);
  }
  std::string out;
  while (!name.empty()) {
    const auto* const part =
        std::find_if(std::begin(kParts), std::end(kParts),
                     [&](const auto& candidate) { return name.starts_with(candidate.first); });
    const bool known = part != std::end(kParts);
    out += known ? part->second : name.substr(0, 1);
    name.remove_prefix(known ? part->first.size() : 1);
  }
  return out;
}

}  // namespace egressctl::cel
