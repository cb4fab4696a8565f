#include "lib/resource/validation/cel_syntax.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/resource/validation/cel_tokens.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::string_view kReserved[] = {
    "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
    "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};
constexpr std::string_view kLiterals[] = {"true", "false", "null"};

// Operators from the weakest to the strongest.
constexpr std::size_t kLevels = 5;

template <typename Words>
bool is_one_of(std::string_view word, const Words& words) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

// The shape of an expression, as far as macros and message literals ask for it.
enum class Shape { Other, Name, InnerName, QualifiedName, Field };

bool is_field(Shape shape) {
  return shape == Shape::QualifiedName || shape == Shape::Field;
}

// A reader by descent; `ok_` is false as soon as something does not fit.
class Parser {
 public:
  explicit Parser(std::vector<CelToken> tokens) : tokens_(std::move(tokens)) {}

  std::optional<std::string> run() {
    expression();
    if (ok_ && current().kind != CelKind::End) unexpected();
    return ok_ ? std::nullopt : std::optional(problem_);
  }

 private:
  [[nodiscard]] const CelToken& current() const { return tokens_[at_]; }

  [[nodiscard]] bool is_sign(std::string_view sign) const {
    return current().kind == CelKind::Sign && current().text == sign;
  }

  bool take(std::string_view sign) {
    if (!ok_ || !is_sign(sign)) return false;
    ++at_;
    return true;
  }

  void need(std::string_view sign) {
    if (ok_ && !take(sign)) fail(fmt::format("expected \"{}\" {}", sign, before_current()));
  }

  [[nodiscard]] std::string before_current() const {
    return current().kind == CelKind::End ? "at its end"
                                          : fmt::format("before \"{}\"", current().text);
  }

  void fail(std::string problem) {
    if (ok_) problem_ = std::move(problem);
    ok_ = false;
  }

  void unexpected() {
    fail(current().kind == CelKind::End ? "it ends too early"
                                        : fmt::format("unexpected \"{}\"", current().text));
  }

  Shape expression() {
    // As deep as cel-go goes.
    constexpr int kMostNesting = 250;
    if (++depth_ > kMostNesting) fail("it is nested too deeply");
    Shape shape = binary(0);
    if (take("?")) {
      shape = Shape::Other;
      binary(0);
      need(":");
      expression();
    }
    --depth_;
    return shape;
  }

  [[nodiscard]] bool is_operator(std::size_t level) const {
    static constexpr std::string_view kRelations[] = {"<", "<=", ">", ">=", "==", "!="};
    if (current().kind == CelKind::Name) return level == 2 && current().text == "in";
    if (current().kind != CelKind::Sign) return false;
    const std::string_view text = current().text;
    switch (level) {
      case 0: return text == "||";
      case 1: return text == "&&";
      case 2: return is_one_of(text, kRelations);
      case 3: return text == "+" || text == "-";
      default: return text == "*" || text == "/" || text == "%";
    }
  }

  Shape binary(std::size_t level) {
    if (level == kLevels) return unary();
    Shape shape = binary(level + 1);
    while (ok_ && is_operator(level)) {
      ++at_;
      shape = Shape::Other;
      binary(level + 1);
    }
    return shape;
  }

  Shape unary() {
    if (!ok_) return Shape::Other;
    const std::string_view sign = is_sign("!") ? "!" : "-";
    bool any = false;
    while (take(sign)) any = true;
    // A minus belongs to a number, too.
    if (any && is_sign("-") && tokens_[at_ + 1].kind == CelKind::Number) ++at_;
    const Shape shape = member();
    return any ? Shape::Other : shape;
  }

  Shape member() {
    Shape shape = primary();
    while (ok_) {
      if (take(".")) {
        shape = selection(shape == Shape::Name || shape == Shape::QualifiedName);
      } else if (take("[")) {
        expression();
        need("]");
        shape = Shape::Other;
      } else if ((shape == Shape::Name || shape == Shape::QualifiedName) && is_sign("{")) {
        ++at_;
        fields(false);
        shape = Shape::Other;
      } else {
        break;
      }
    }
    return shape;
  }

  [[nodiscard]] bool is_field_name() const {
    if (current().kind == CelKind::QuotedName) return true;
    return current().kind == CelKind::Name && !is_one_of(current().text, kLiterals) &&
           current().text != "in";
  }

  // Behind a dot; `of_name` says that only names stand before it.
  Shape selection(bool of_name) {
    const std::string_view name = current().text;
    if (current().kind == CelKind::QuotedName) {
      ++at_;
      return Shape::Field;
    }
    if (!is_field_name()) {
      unexpected();
      return Shape::Other;
    }
    ++at_;
    if (!take("(")) return of_name ? Shape::QualifiedName : Shape::Field;
    const std::vector<Shape> arguments = list(")");
    check_macro(name, arguments);
    return Shape::Other;
  }

  // Macros that bind their first argument as a variable.
  void check_macro(std::string_view name, const std::vector<Shape>& arguments) {
    static constexpr std::string_view kMacros[] = {"all", "exists", "exists_one", "map", "filter"};
    const bool of_three = name == "map" && arguments.size() == 3;
    if (!is_one_of(name, kMacros) || (arguments.size() != 2 && !of_three)) return;
    if (arguments.front() != Shape::Name && arguments.front() != Shape::InnerName)
      fail(fmt::format("the first argument of \"{}\" must be a name", name));
  }

  Shape primary() {
    if (!ok_) return Shape::Other;
    const CelToken token = current();
    switch (token.kind) {
      case CelKind::Number:
      case CelKind::String: ++at_; return Shape::Other;
      case CelKind::Name: return name();
      case CelKind::Sign: return bracketed();
      case CelKind::QuotedName:
      case CelKind::End: break;
    }
    unexpected();
    return Shape::Other;
  }

  Shape name() {
    const std::string_view text = current().text;
    if (text == "in") {
      unexpected();
      return Shape::Other;
    }
    ++at_;
    if (is_one_of(text, kLiterals)) return Shape::Other;
    if (is_one_of(text, kReserved)) fail(fmt::format("\"{}\" is a reserved word", text));
    if (!take("(")) return Shape::Name;
    const std::vector<Shape> arguments = list(")");
    if (text == "has" && arguments.size() == 1 && !is_field(arguments[0]))
      fail("\"has\" asks for a field: \"has(a.b)\"");
    return Shape::Other;
  }

  Shape bracketed() {
    if (take("(")) {
      // What is in parentheses can be a macro's field, but no message's name.
      const Shape shape = expression();
      need(")");
      if (shape == Shape::Name) return Shape::InnerName;
      return shape == Shape::QualifiedName ? Shape::Field : shape;
    }
    if (take("[")) {
      list("]");
    } else if (take("{")) {
      fields(true);
    } else if (take(".")) {
      if (current().kind == CelKind::Name) return name();
      unexpected();
    } else {
      unexpected();
    }
    return Shape::Other;
  }

  // Behind an opening bracket; reads the closing one, too.
  std::vector<Shape> list(std::string_view close) {
    std::vector<Shape> shapes;
    if (close == "]" && take(",")) {
      need(close);
      return shapes;
    }
    while (ok_ && !take(close)) {
      shapes.push_back(expression());
      // A list may end in a comma, arguments may not.
      if (take(",")) {
        if (close == ")" && is_sign(close)) unexpected();
      } else {
        need(close);
        break;
      }
    }
    return shapes;
  }

  // The inside of a map, whose keys are expressions, or of a message, whose keys are names.
  void fields(bool is_map) {
    if (take(",")) return need("}");
    while (ok_ && !take("}")) {
      if (is_map)
        expression();
      else if (is_field_name())
        ++at_;
      else
        unexpected();
      need(":");
      expression();
      if (take(",")) continue;
      need("}");
      break;
    }
  }

  std::vector<CelToken> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool ok_ = true;
  std::string problem_;
};

}  // namespace

std::optional<std::string> cel_syntax_problem(std::string_view text) {
  CelTokens tokens = cel_tokens(text);
  if (tokens.problem) return tokens.problem;
  return Parser(std::move(tokens.list)).run();
}

}  // namespace egressctl::resource::validation
