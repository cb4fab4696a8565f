// A parser by recursive descent, one function a level of precedence.
#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "lib/cel/program.h"
#include "lib/cel/syntax.h"
#include "lib/cel/token.h"

namespace egressctl::cel {
namespace {

using Id = std::uint32_t;
using Parsed = Result<Id>;

// Binary operators, the weakest level first.
struct Operator {
  std::string_view sign;
  Op op;
  int level;
};

constexpr std::size_t kMaxTreeDepth = 4 * kMaxDepth;
constexpr int kLevels = 5;
constexpr Operator kOperators[] = {
    {"||", Op::Or, 0},       {"&&", Op::And, 1},          {"==", Op::Equal, 2},
    {"!=", Op::NotEqual, 2}, {"<", Op::Less, 2},          {"<=", Op::LessEqual, 2},
    {">", Op::Greater, 2},   {">=", Op::GreaterEqual, 2}, {"in", Op::In, 2},
    {"+", Op::Add, 3},       {"-", Op::Subtract, 3},      {"*", Op::Multiply, 4},
    {"/", Op::Divide, 4},    {"%", Op::Modulo, 4},
};

struct Macro {
  std::string_view name;
  std::size_t arguments;
  Op op;
};

constexpr Macro kMacros[] = {
    {"all", 2, Op::All},
    {"exists", 2, Op::Exists},
    {"exists_one", 2, Op::ExistsOne},
    {"existsOne", 2, Op::ExistsOne},
    {"filter", 2, Op::Filter},
    {"map", 2, Op::Transform},
    {"map", 3, Op::TransformFiltered},
    {"optMap", 2, Op::OptMap},
    {"optFlatMap", 2, Op::OptFlatMap},
};

constexpr std::string_view kTypes[] = {"bool",  "int",  "uint", "double",    "string",
                                       "bytes", "list", "map",  "null_type", "type"};
constexpr std::string_view kNamespaces[] = {"sets", "ip", "cel", "optional"};

class Parser {
 public:
  Parser(std::vector<Token> tokens, Syntax& out) : tokens_(std::move(tokens)), out_(out) {
    // Constants view these strings, which therefore must not move.
    out_.strings.reserve(tokens_.size());
  }

  [[nodiscard]] Parsed run();

 private:
  [[nodiscard]] Parsed expression();
  [[nodiscard]] Parsed binary(int level);
  [[nodiscard]] Parsed unary();
  [[nodiscard]] Parsed member();
  [[nodiscard]] Parsed select(Id target, bool optional);
  [[nodiscard]] Parsed index(Id target, bool optional);
  [[nodiscard]] Parsed method(Id target, const Token& name);
  [[nodiscard]] Parsed macro(Id target, const Macro& macro, std::size_t at);
  [[nodiscard]] Parsed bind(std::size_t at);
  [[nodiscard]] Parsed primary();
  [[nodiscard]] Parsed name(const Token& token);
  [[nodiscard]] Parsed qualified(const Token& token);
  [[nodiscard]] Parsed call(std::string_view name, std::vector<Id> given, bool is_method,
                            std::size_t at);
  [[nodiscard]] Parsed has(std::size_t at);
  [[nodiscard]] Parsed literal(const Token& token, bool negative);
  [[nodiscard]] Parsed list();
  [[nodiscard]] Parsed map();
  [[nodiscard]] Result<std::vector<Id>> arguments();
  [[nodiscard]] std::optional<std::uint32_t> variable(std::string_view name) const;

  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  [[nodiscard]] bool is(std::string_view sign, std::size_t ahead = 0) const {
    return peek(ahead).kind == TokenKind::Sign && peek(ahead).text == sign;
  }
  bool take(std::string_view sign) {
    if (!is(sign)) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] Id add(Op op, std::vector<Id> parts) {
    Expr expr;
    expr.op = op;
    expr.parts = std::move(parts);
    return add(std::move(expr));
  }
  [[nodiscard]] Id add(Expr expr) {
    out_.expressions.push_back(std::move(expr));
    return static_cast<Id>(out_.expressions.size() - 1);
  }
  [[nodiscard]] Id add_constant(Value value) {
    Expr expr;
    expr.constant = std::move(value);
    return add(std::move(expr));
  }
  [[nodiscard]] static tl::unexpected<Error> wrong(std::size_t at, std::string_view what) {
    return fail(ErrorCode::Invalid, fmt::format("offset {}: {}", at, what));
  }
  [[nodiscard]] tl::unexpected<Error> expected(std::string_view what) const {
    const Token& token = peek();
    const std::string found =
        token.kind == TokenKind::End ? "the end" : fmt::format("\"{}\"", token.text);
    return wrong(token.at, fmt::format("expected {}, found {}", what, found));
  }

  struct Named {
    std::string_view name;
    std::uint32_t slot;
  };

  std::vector<Token> tokens_;
  Syntax& out_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::vector<Named> scope_;
};

Parsed Parser::run() {
  auto root = expression();
  if (!root) return root;
  if (peek().kind != TokenKind::End) return expected("an operator");
  // A chain such as a + b + c + ... is deep without being nested.
  std::vector<std::size_t> depths;
  depths.reserve(out_.expressions.size());
  for (const Expr& expr : out_.expressions) {
    std::size_t depth = 0;
    for (const Id part : expr.parts) depth = std::max(depth, depths[part]);
    depths.push_back(depth + 1);
    if (depth > kMaxTreeDepth) return wrong(0, "too long a chain of operators");
  }
  return root;
}

Parsed Parser::expression() {
  if (++depth_ > kMaxDepth) return wrong(peek().at, "nested too deep");
  auto condition = binary(0);
  if (condition && take("?")) {
    auto yes = expression();
    if (!yes) return yes;
    if (!take(":")) return expected("\":\"");
    auto no = expression();
    if (!no) return no;
    condition = add(Op::Conditional, {*condition, *yes, *no});
  }
  --depth_;
  return condition;
}

Parsed Parser::binary(int level) {
  if (level == kLevels) return unary();
  auto left = binary(level + 1);
  while (left) {
    const Token& token = peek();
    const bool sign = token.kind == TokenKind::Sign || token.text == "in";
    const auto* const found = std::find_if(
        std::begin(kOperators), std::end(kOperators),
        [&](const Operator& op) { return sign && op.level == level && op.sign == token.text; });
    if (found == std::end(kOperators)) break;
    ++at_;
    auto right = binary(level + 1);
    if (!right) return right;
    left = add(found->op, {*left, *right});
  }
  return left;
}

Parsed Parser::unary() {
  if (!is("!") && !is("-")) return member();
  if (++depth_ > kMaxDepth) return wrong(peek().at, "nested too deep");
  const bool is_not = is("!");
  ++at_;
  const bool number = peek().kind == TokenKind::Int || peek().kind == TokenKind::Double;
  if (!is_not && number) {
    // The smallest integer has no positive twin.
    const Token token = peek();
    ++at_;
    --depth_;
    auto constant = literal(token, true);
    return constant;
  }
  auto operand = unary();
  --depth_;
  if (!operand) return operand;
  return add(is_not ? Op::Not : Op::Negate, {*operand});
}

Parsed Parser::member() {
  auto out = primary();
  while (out) {
    if (take(".")) {
      out = select(*out, false);
    } else if (take(".?")) {
      out = select(*out, true);
    } else if (take("[?")) {
      out = index(*out, true);
    } else if (take("[")) {
      out = index(*out, false);
    } else if (is("{")) {
      return wrong(peek().at, "messages are not known here");
    } else {
      break;
    }
  }
  return out;
}

Parsed Parser::select(Id target, bool optional) {
  const Token token = peek();
  if (token.kind != TokenKind::Name) return expected("a field");
  ++at_;
  if (!optional && is("(")) return method(target, token);
  Expr expr;
  expr.op = optional ? Op::OptSelect : Op::Select;
  expr.name = field_name(token.text);
  if (expr.name != token.text) expr.written = token.text;
  expr.parts = {target};
  return add(std::move(expr));
}

Parsed Parser::index(Id target, bool optional) {
  auto key = expression();
  if (!key) return key;
  if (!take("]")) return expected("\"]\"");
  return add(optional ? Op::OptIndex : Op::Index, {target, *key});
}

Parsed Parser::method(Id target, const Token& name) {
  std::size_t commas = 0;
  // A macro is told from a method by its first argument, a lone name, and the number of them.
  const bool lone_name = peek(1).kind == TokenKind::Name && is(",", 2);
  if (lone_name) {
    std::size_t nesting = 0;
    for (std::size_t i = 0; peek(i).kind != TokenKind::End; ++i) {
      if (is("(", i) || is("[", i) || is("{", i) || is("[?", i)) ++nesting;
      if ((is(")", i) || is("]", i) || is("}", i)) && --nesting == 0) break;
      if (nesting == 1 && is(",", i)) ++commas;
    }
    for (const Macro& candidate : kMacros)
      if (candidate.name == name.text && candidate.arguments == commas + 1)
        return macro(target, candidate, name.at);
  }
  auto given = arguments();
  if (!given) return tl::unexpected(std::move(given.error()));
  given->insert(given->begin(), target);
  return call(name.text, std::move(*given), true, name.at);
}

Parsed Parser::macro(Id target, const Macro& macro, std::size_t at) {
  ++at_;  // (
  Expr expr;
  expr.op = macro.op;
  expr.parts = {target};
  expr.slot = out_.slots++;
  if (out_.slots > kMaxDepth * 8) return wrong(at, "too many variables");
  scope_.push_back({peek().text, expr.slot});
  ++at_;
  while (take(",")) {
    auto part = expression();
    if (!part) return part;
    expr.parts.push_back(*part);
  }
  scope_.pop_back();
  if (!take(")")) return expected("\")\"");
  return add(std::move(expr));
}

Parsed Parser::bind(std::size_t at) {
  ++at_;  // (
  const Token variable = peek();
  if (variable.kind != TokenKind::Name) return expected("a name");
  ++at_;
  if (!take(",")) return expected("\",\"");
  auto value = expression();
  if (!value) return value;
  if (!take(",")) return expected("\",\"");
  Expr expr;
  expr.op = Op::Bind;
  expr.slot = out_.slots++;
  if (out_.slots > kMaxDepth * 8) return wrong(at, "too many variables");
  scope_.push_back({variable.text, expr.slot});
  auto result = expression();
  scope_.pop_back();
  if (!result) return result;
  if (!take(")")) return expected("\")\"");
  expr.parts = {*value, *result};
  return add(std::move(expr));
}

Parsed Parser::primary() {
  const Token token = peek();
  ++at_;
  switch (token.kind) {
    case TokenKind::Name: return name(token);
    case TokenKind::Int:
    case TokenKind::Uint:
    case TokenKind::Double:
    case TokenKind::String:
    case TokenKind::Bytes: return literal(token, false);
    case TokenKind::Sign:
      if (token.text == "[") return list();
      if (token.text == "{") return map();
      if (token.text == "." && peek().kind == TokenKind::Name) return primary();
      if (token.text == "(") {
        auto inner = expression();
        if (inner && !take(")")) return expected("\")\"");
        return inner;
      }
      break;
    case TokenKind::End: break;
  }
  --at_;
  return expected("a value");
}

Parsed Parser::name(const Token& token) {
  if (token.text == "true" || token.text == "false")
    return add_constant(Value(token.text == "true"));
  if (token.text == "null") return add_constant(Value());
  if (const auto slot = variable(token.text)) {
    if (*slot == kOldSelfSlot) out_.mentions_old_self = true;
    Expr expr;
    expr.op = Op::Variable;
    expr.slot = *slot;
    return add(std::move(expr));
  }
  if (is(".") && std::find(std::begin(kNamespaces), std::end(kNamespaces), token.text) !=
                     std::end(kNamespaces))
    return qualified(token);
  if (is("(")) {
    if (token.text == "has") return has(token.at);
    auto given = arguments();
    if (!given) return tl::unexpected(std::move(given.error()));
    return call(token.text, std::move(*given), false, token.at);
  }
  const auto* const type = std::find(std::begin(kTypes), std::end(kTypes), token.text);
  if (type != std::end(kTypes)) return add_constant(Value(TypeName{*type}));
  return wrong(token.at, fmt::format("\"{}\" is not known", token.text));
}

Parsed Parser::qualified(const Token& token) {
  ++at_;  // .
  const Token function = peek();
  if (function.kind != TokenKind::Name || !is("(", 1)) return expected("a function");
  ++at_;
  if (token.text == "cel" && function.text == "bind") return bind(token.at);
  auto given = arguments();
  if (!given) return tl::unexpected(std::move(given.error()));
  return call(fmt::format("{}.{}", token.text, function.text), std::move(*given), false, token.at);
}

Parsed Parser::call(std::string_view name, std::vector<Id> given, bool is_method, std::size_t at) {
  const Function* function = find_function(name, is_method, given.size());
  if (function == nullptr)
    return wrong(at, is_function(name, is_method)
                         ? fmt::format("\"{}\" does not take so many arguments", name)
                         : fmt::format("the function \"{}\" is not known", name));
  Expr expr;
  expr.op = Op::Call;
  expr.function = function;
  if (function->takes_pattern && out_.expressions[given[1]].op == Op::Constant) {
    const std::string_view pattern = out_.expressions[given[1]].constant.text();
    RE2::Options options;
    options.set_log_errors(false);
    auto regex =
        std::make_shared<const RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
    if (!regex->ok()) return wrong(at, fmt::format("\"{}\" is no regular expression", pattern));
    expr.regex = std::move(regex);
  }
  expr.parts = std::move(given);
  return add(std::move(expr));
}

Parsed Parser::has(std::size_t at) {
  auto given = arguments();
  if (!given) return tl::unexpected(std::move(given.error()));
  if (given->size() != 1 || out_.expressions[given->front()].op != Op::Select)
    return wrong(at, "has() takes a field: has(a.b)");
  out_.expressions[given->front()].op = Op::Has;
  return given->front();
}

Parsed Parser::literal(const Token& token, bool negative) {
  if (token.kind == TokenKind::String || token.kind == TokenKind::Bytes) {
    const std::string_view text = out_.strings.emplace_back(token.value);
    return add_constant(token.kind == TokenKind::String ? Value::of_view(text)
                                                        : Value(Bytes{{text, nullptr}}));
  }
  if (token.kind == TokenKind::Double) {
    double value = 0;
    std::from_chars(token.text.data(), token.text.data() + token.text.size(), value);
    return add_constant(Value(negative ? -value : value));
  }
  std::string_view digits = token.text;
  const bool hex = digits.starts_with("0x") || digits.starts_with("0X");
  if (hex) digits.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  if (!whole) return wrong(token.at, "no such number");
  if (token.kind == TokenKind::Uint) return add_constant(Value(value));
  const auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value > largest + (negative ? 1U : 0U)) return wrong(token.at, "no such number");
  return add_constant(Value(static_cast<std::int64_t>(negative ? 0U - value : value)));
}

Parsed Parser::list() {
  Expr expr;
  expr.op = Op::List;
  while (!is("]")) {
    auto item = expression();
    if (!item) return item;
    expr.parts.push_back(*item);
    if (!take(",")) break;
  }
  if (!take("]")) return expected("\"]\"");
  return add(std::move(expr));
}

Parsed Parser::map() {
  Expr expr;
  expr.op = Op::Map;
  while (!is("}")) {
    auto key = expression();
    if (!key) return key;
    if (!take(":")) return expected("\":\"");
    auto value = expression();
    if (!value) return value;
    expr.parts.push_back(*key);
    expr.parts.push_back(*value);
    if (!take(",")) break;
  }
  if (!take("}")) return expected("\"}\"");
  return add(std::move(expr));
}

Result<std::vector<Id>> Parser::arguments() {
  std::vector<Id> out;
  if (!take("(")) return expected("\"(\"");
  while (!is(")")) {
    auto argument = expression();
    if (!argument) return tl::unexpected(std::move(argument.error()));
    out.push_back(*argument);
    if (!take(",")) break;
  }
  if (!take(")")) return expected("\")\"");
  return out;
}

std::optional<std::uint32_t> Parser::variable(std::string_view name) const {
  for (auto at = scope_.rbegin(); at != scope_.rend(); ++at)
    if (at->name == name) return at->slot;
  if (name == "self") return kSelfSlot;
  if (name == "oldSelf") return kOldSelfSlot;
  return std::nullopt;
}

}  // namespace

Result<std::shared_ptr<const Syntax>> parse(std::string_view source) {
  if (source.size() > kMaxSource) return fail(ErrorCode::Invalid, "offset 0: too long");
  auto out = std::make_shared<Syntax>();
  out->source = source;
  auto tokens = tokenize(out->source);
  if (!tokens) return tl::unexpected(std::move(tokens.error()));
  auto root = Parser(std::move(*tokens), *out).run();
  if (!root) return tl::unexpected(std::move(root.error()));
  out->root = *root;
  return out;
}

}  // namespace egressctl::cel
