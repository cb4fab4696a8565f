#include "lib/resource/validation/regex_syntax.h"

#include <algorithm>
#include <array>
#include <string>

namespace egressctl::resource::validation {
namespace {

using Kind = Expression::Kind;

const CodePoints kDigits = {{'0', '9'}};
const CodePoints kSpaces = {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}};
const CodePoints kWords = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};

// The classes that have names, as in [[:alpha:]].
std::optional<CodePoints> named_class(std::string_view name) {
  if (name == "alnum") return CodePoints{{'0', '9'}, {'A', 'Z'}, {'a', 'z'}};
  if (name == "alpha") return CodePoints{{'A', 'Z'}, {'a', 'z'}};
  if (name == "ascii") return CodePoints{{0, 0x7F}};
  if (name == "blank") return CodePoints{{'\t', '\t'}, {' ', ' '}};
  if (name == "cntrl") return CodePoints{{0, 0x1F}, {0x7F, 0x7F}};
  if (name == "digit") return kDigits;
  if (name == "graph") return CodePoints{{'!', '~'}};
  if (name == "lower") return CodePoints{{'a', 'z'}};
  if (name == "print") return CodePoints{{' ', '~'}};
  if (name == "punct") return CodePoints{{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}};
  if (name == "space") return CodePoints{{'\t', '\r'}, {' ', ' '}};
  if (name == "upper") return CodePoints{{'A', 'Z'}};
  if (name == "word") return kWords;
  if (name == "xdigit") return CodePoints{{'0', '9'}, {'A', 'F'}, {'a', 'f'}};
  return std::nullopt;
}

struct Flags {
  bool fold_case = false;   // i
  bool many_lines = false;  // m
  bool dot_all = false;     // s
};

// Patterns are short and RE2 limits their nesting, so it goes down by recursion.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<Expression> parse() {
    Expression out = choice();
    if (failed_ || at_ != text_.size()) return std::nullopt;
    return out;
  }

 private:
  [[nodiscard]] bool more() const { return at_ < text_.size(); }
  [[nodiscard]] bool next_is(std::string_view what) const {
    return text_.substr(std::min(at_, text_.size())).starts_with(what);
  }
  bool take(std::string_view what) {
    if (!next_is(what)) return false;
    at_ += what.size();
    return true;
  }

  Expression choice() {
    if (++depth_ > kMaxDepth) failed_ = true;
    Expression out;
    out.kind = Kind::Choice;
    const Flags outer = flags_;
    do out.parts.push_back(sequence());
    while (!failed_ && take("|"));
    flags_ = outer;
    --depth_;
    return out;
  }

  Expression sequence() {
    Expression out;
    while (!failed_ && more() && text_[at_] != '|' && text_[at_] != ')') {
      if (take("\\Q")) {
        while (more() && !take("\\E")) out.parts.push_back(literal(code_point()));
        continue;
      }
      auto part = atom();
      if (part) out.parts.push_back(repeated(*std::move(part)));
    }
    return out;
  }

  // What stands before a repetition; nothing for flags.
  std::optional<Expression> atom() {
    if (take("(")) return group();
    if (take("[")) return of(char_class());
    if (take(".")) {
      return of(flags_.dot_all ? CodePoints::all() : CodePoints{{'\n', '\n'}}.inverse());
    }
    if (take("^")) return of(flags_.many_lines ? Assertion::LineStart : Assertion::TextStart);
    if (take("$")) return of(flags_.many_lines ? Assertion::LineEnd : Assertion::TextEnd);
    if (take("\\A")) return of(Assertion::TextStart);
    if (take("\\z")) return of(Assertion::TextEnd);
    if (take("\\b")) return of(Assertion::WordBoundary);
    if (take("\\B")) return of(Assertion::NoWordBoundary);
    if (take("\\")) return of(escape());
    return literal(code_point());
  }

  std::optional<Expression> group() {
    const Flags outer = flags_;
    if (take("?P<") || take("?<")) {
      while (more() && !take(">")) ++at_;
    } else if (take("?")) {
      bool value = true;
      for (; more() && text_[at_] != ')' && text_[at_] != ':'; ++at_) {
        switch (text_[at_]) {
          case '-': value = false; break;
          case 'i': flags_.fold_case = value; break;
          case 'm': flags_.many_lines = value; break;
          case 's': flags_.dot_all = value; break;
          case 'U': break;  // which match is preferred
          default: failed_ = true; return std::nullopt;
        }
      }
      if (take(")")) return std::nullopt;  // they hold from here on
      take(":");
    }
    Expression out = choice();
    if (!take(")")) failed_ = true;
    flags_ = outer;
    return out;
  }

  Expression repeated(Expression part) {
    while (true) {
      const std::size_t before = at_;
      int least = 0;
      int most = -1;
      if (take("+")) {
        least = 1;
      } else if (take("?")) {
        most = 1;
      } else if (!take("*") && !counts(least, most)) {
        at_ = before;
        return part;
      }
      take("?");  // prefers fewer
      Expression out;
      out.kind = Kind::Repeat;
      out.least = least;
      out.most = most;
      out.parts.push_back(std::move(part));
      part = std::move(out);
    }
  }

  // "{2}", "{2,}", "{2,5}"; anything else is text.
  bool counts(int& least, int& most) {
    if (!take("{")) return false;
    const auto first = number();
    if (!first) return false;
    least = *first;
    most = least;
    if (take(",")) most = number().value_or(-1);
    return take("}");
  }

  std::optional<int> number() {
    const std::size_t before = at_;
    int out = 0;
    for (; more() && text_[at_] >= '0' && text_[at_] <= '9' && out <= kMaxCount; ++at_)
      out = 10 * out + (text_[at_] - '0');
    return at_ > before ? std::optional(out) : std::nullopt;
  }

  CodePoints char_class() {
    const bool negated = take("^");
    CodePoints out;
    bool first = true;
    unsure_ = false;
    while (more() && !failed_ && (first || text_[at_] != ']')) {
      first = false;
      if (take("[:")) {
        const std::size_t end = std::min(text_.find(":]", at_), text_.size());
        std::string_view name = text_.substr(at_, end - at_);
        const bool without = name.starts_with('^');
        if (without) name.remove_prefix(1);
        const auto known = named_class(name);
        if (!known) failed_ = true;
        if (known) out.add(without ? known->inverse() : *known);
        at_ = std::min(end + 2, text_.size());
        continue;
      }
      add_item(out);
    }
    if (!take("]")) failed_ = true;
    if (unsure_) return CodePoints::all();
    if (flags_.fold_case) out.fold_case();
    return negated ? out.inverse() : out;
  }

  // A character, a range or an escape of a class.
  void add_item(CodePoints& out) {
    std::optional<std::uint32_t> from;
    if (take("\\")) {
      const CodePoints set = escape();
      if (!escaped_) return out.add(set);
      from = escaped_;
    } else {
      from = code_point();
    }
    if (!next_is("-") || next_is("-]")) return out.add(*from, *from);
    take("-");
    std::uint32_t to = 0;
    if (take("\\")) {
      static_cast<void>(escape());
      to = escaped_.value_or(*from);
    } else {
      to = code_point();
    }
    out.add(*from, to);
  }

  // What stands behind a backslash; `escaped_` is its code point when it is one.
  CodePoints escape() {
    escaped_.reset();
    if (!more()) {
      failed_ = true;
      return {};
    }
    const char c = text_[at_];
    constexpr std::string_view kControl = "aftnrv";
    constexpr std::string_view kMeant = "\a\f\t\n\r\v";
    ++at_;
    switch (c) {
      case 'd': return kDigits;
      case 'D': return kDigits.inverse();
      case 's': return kSpaces;
      case 'S': return kSpaces.inverse();
      case 'w': return kWords;
      case 'W': return kWords.inverse();
      case 'C': return CodePoints::all();
      case 'p':
      case 'P': return unicode_class();
      case 'x': return one(hexadecimal());
      default: break;
    }
    if (const auto at = kControl.find(c); at != std::string_view::npos)
      return one(static_cast<unsigned char>(kMeant[at]));
    if (c >= '0' && c <= '7') return one(octal(c));
    --at_;
    return one(code_point());
  }

  CodePoints one(std::uint32_t code) {
    escaped_ = code;
    CodePoints out{{code, code}};
    if (flags_.fold_case) out.fold_case();
    return out;
  }

  // Which code points it stands for is not told here.
  CodePoints unicode_class() {
    unsure_ = true;
    if (take("{")) {
      while (more() && !take("}")) ++at_;
    } else if (more()) {
      static_cast<void>(code_point());
    }
    return CodePoints::all();
  }

  std::uint32_t hexadecimal() {
    std::string digits;
    if (take("{")) {
      while (more() && !take("}")) digits += text_[at_++];
    } else {
      for (int i = 0; i < 2 && more(); ++i) digits += text_[at_++];
    }
    std::uint32_t out = 0;
    for (const char c : digits) {
      const bool decimal = c >= '0' && c <= '9';
      const auto digit = static_cast<std::uint32_t>(decimal ? c - '0' : (c | 0x20) - 'a' + 10);
      out = std::min(16 * out + digit, CodePoints::kLast);
    }
    return out;
  }

  std::uint32_t octal(char first) {
    auto out = static_cast<std::uint32_t>(first - '0');
    for (int i = 0; i < 2 && more() && text_[at_] >= '0' && text_[at_] <= '7'; ++i)
      out = 8 * out + static_cast<std::uint32_t>(text_[at_++] - '0');
    return out;
  }

  // The next character; RE2 has seen to it that the text is UTF-8.
  std::uint32_t code_point() {
    const auto lead = static_cast<unsigned char>(text_[at_++]);
    if (lead < 0x80) return lead;
    const int following = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    std::uint32_t out = lead & (0x3FU >> following);
    for (int i = 0; i < following && more(); ++i)
      out = out << 6U | (static_cast<unsigned char>(text_[at_++]) & 0x3FU);
    return out;
  }

  [[nodiscard]] Expression literal(std::uint32_t code) const {
    CodePoints set{{code, code}};
    if (flags_.fold_case) set.fold_case();
    return of(std::move(set));
  }

  static Expression of(CodePoints set) {
    Expression out;
    out.kind = Kind::Set;
    out.set = std::move(set);
    return out;
  }

  static Expression of(Assertion assertion) {
    Expression out;
    out.kind = Kind::Assert;
    out.assertion = assertion;
    return out;
  }

  static constexpr int kMaxDepth = 500;
  static constexpr int kMaxCount = 1000;

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  Flags flags_;
  bool failed_ = false;
  bool unsure_ = false;  // of the class being read
  std::optional<std::uint32_t> escaped_;
};

}  // namespace

std::optional<Expression> parse_regex(std::string_view pattern) {
  return Parser(pattern).parse();
}

}  // namespace egressctl::resource::validation
