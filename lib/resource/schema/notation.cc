#include "lib/resource/schema/notation.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "lib/base/number.h"
#include "lib/base/text.h"

namespace egressctl::resource {
namespace {

struct Line {
  std::size_t number = 0;
  std::size_t indent = 0;
  std::string text;
};

struct Primitive {
  std::string_view name;
  Type type;
  Format format = Format::None;
};

constexpr Primitive kPrimitives[] = {
    {"any", Type::Any},
    {"object", Type::Object},
    {"string", Type::String},
    {"bool", Type::Bool},
    {"int32", Type::Integer, Format::Int32},
    {"int64", Type::Integer, Format::Int64},
    {"uint32", Type::Integer},
    {"integer", Type::Integer},
    {"number", Type::Decimal},
    {"int-or-string", Type::IntOrString},
    {"quantity", Type::Any, Format::Quantity},
    {"duration", Type::String, Format::IstioDuration},
    {"any-duration", Type::String, Format::AnyDuration},
    {"timestamp", Type::String, Format::Timestamp},
    {"bytes", Type::String, Format::Bytes},
};

constexpr double kLargestUint32 = 4294967295.0;

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

// Takes the part up to the next blank.
std::string_view take_word(std::string_view& text) {
  text = trim(text);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::string_view word = take_word(text); !word.empty(); word = take_word(text))
    words.emplace_back(word);
  return words;
}

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  bool goes_on = false;
  std::size_t number = 0;
  for (std::string_view written : split(text, '\n')) {
    ++number;
    const std::string_view content = trim(written);
    if (!goes_on && (content.empty() || content.starts_with('#'))) continue;
    if (!goes_on) lines.push_back({number, written.find_first_not_of(' '), {}});
    goes_on = content.ends_with('\\');
    lines.back().text += trim(content.substr(0, content.size() - (goes_on ? 1 : 0)));
    if (goes_on && !lines.back().text.ends_with('|')) lines.back().text += ' ';
  }
  return lines;
}

// A type as one line has it: the whole, the object at its heart, and its outermost list.
struct Written {
  Schema* whole = nullptr;
  Schema* object = nullptr;
  Schema* list = nullptr;
};

class Parser {
 public:
  Parser(std::string_view text, SchemaSet& schemas) : lines_(lines_of(text)), schemas_(schemas) {}

  [[nodiscard]] Result<void> run();

 private:
  [[nodiscard]] Result<void> definition();
  [[nodiscard]] Result<Written> type(std::string_view& rest, Schema* into);
  [[nodiscard]] Result<void> scalar(std::string_view word, Schema& schema) const;
  [[nodiscard]] Result<void> constraints(std::string_view& rest, Schema& schema) const;
  [[nodiscard]] Result<void> range(std::string_view word, Schema& schema) const;
  [[nodiscard]] Result<void> block(std::size_t indent, const Written& above);
  [[nodiscard]] Result<void> directive(std::string_view text, const Written& above) const;
  [[nodiscard]] Result<void> field(std::string_view text, std::size_t indent, Schema& object);
  [[nodiscard]] Result<Written> typed_line(std::string_view rest, std::size_t indent, Schema* into);
  void add_common_fields(Schema& root);

  template <typename... Args>
  [[nodiscard]] tl::unexpected<Error> wrong(fmt::format_string<Args...> format,
                                            Args&&... args) const {
    const std::size_t number = at_ > 0 && at_ <= lines_.size() ? lines_[at_ - 1].number : 0;
    return fail(ErrorCode::Invalid, fmt::format("line {}: {}", number,
                                                fmt::format(format, std::forward<Args>(args)...)));
  }

  std::vector<Line> lines_;
  std::size_t at_ = 0;  // the next line
  SchemaSet& schemas_;
  bool protobuf_ = false;
};

Result<void> Parser::run() {
  while (at_ < lines_.size()) {
    if (lines_[at_].text == "@protobuf") {
      protobuf_ = true;
      ++at_;
    } else if (auto done = definition(); !done) {
      return done;
    }
  }
  return {};
}

Result<void> Parser::definition() {
  const Line& line = lines_[at_++];
  std::string_view rest = line.text;
  const std::size_t colon = rest.find(": ");
  if (line.indent != 0 || colon == std::string_view::npos) return wrong("not a definition");
  const std::vector<std::string> head = words_of(rest.substr(0, colon));
  rest.remove_prefix(colon + 1);
  if (head.size() == 2 && head[0] == "type") {
    Schema* schema = schemas_.define(head[1]);
    if (schema == nullptr) return wrong("type \"{}\" is there already", head[1]);
    if (auto done = typed_line(rest, line.indent, schema); !done)
      return tl::unexpected(std::move(done.error()));
    return {};
  }
  if (head.size() < 4 || head[0] != "kind") return wrong("neither \"type\" nor \"kind\"");
  Schema& root = schemas_.make();
  if (auto done = typed_line(rest, line.indent, &root); !done)
    return tl::unexpected(std::move(done.error()));
  add_common_fields(root);
  const std::string_view group = head[1] == "core" ? std::string_view() : head[1];
  KindSchema& kind = schemas_.add(group, head[2]);
  for (std::size_t i = 3; i < head.size(); ++i) kind.versions.push_back({head[i], &root});
  return {};
}

void Parser::add_common_fields(Schema& root) {
  Schema& text = schemas_.make();
  text.type = Type::String;
  const Schema& any = schemas_.make();
  const std::pair<std::string_view, const Schema*> fields[] = {
      {"apiVersion", &text},
      {"kind", &text},
      {"metadata", &schemas_.name(kMetadataType)},
      {"status", &any}};
  for (const auto& [name, schema] : fields)
    if (root.find(name) == nullptr) {
      root.properties.push_back({std::string(name), schema});
      std::sort(root.properties.begin(), root.properties.end(),
                [](const Property& a, const Property& b) { return a.name < b.name; });
    }
}

Result<Written> Parser::typed_line(std::string_view rest, std::size_t indent, Schema* into) {
  auto written = type(rest, into);
  if (!written) return written;
  if (!trim(rest).empty()) return wrong("what is \"{}\"?", trim(rest));
  if (auto done = block(indent, *written); !done) return tl::unexpected(std::move(done.error()));
  return written;
}

Result<Written> Parser::type(std::string_view& rest, Schema* into) {
  rest = trim(rest);
  const bool list = rest.starts_with('[');
  if (list || rest.starts_with('{')) {
    rest.remove_prefix(1);
    auto inner = type(rest, nullptr);
    if (!inner) return inner;
    rest = trim(rest);
    if (!rest.starts_with(list ? ']' : '}')) return wrong("a bracket is not closed");
    rest.remove_prefix(1);
    Schema& schema = into != nullptr ? *into : schemas_.make();
    schema.type = list ? Type::List : Type::Map;
    schema.items = inner->whole;
    if (auto done = constraints(rest, schema); !done)
      return tl::unexpected(std::move(done.error()));
    return Written{&schema, inner->object, list ? &schema : inner->list};
  }
  const std::string_view word = rest.substr(0, rest.find_first_of(" ]}"));
  rest.remove_prefix(word.size());
  if (word.empty()) return wrong("a type is missing");
  const bool is_enum = word.find('|') != std::string_view::npos;
  if (!is_enum && word[0] >= 'A' && word[0] <= 'Z') {
    if (into != nullptr) return wrong("\"{}\" is a name for a name", word);
    return Written{&schemas_.name(word), nullptr, nullptr};
  }
  Schema& schema = into != nullptr ? *into : schemas_.make();
  if (auto done = scalar(word, schema); !done) return tl::unexpected(std::move(done.error()));
  if (auto done = constraints(rest, schema); !done) return tl::unexpected(std::move(done.error()));
  return Written{&schema, schema.type == Type::Object ? &schema : nullptr, nullptr};
}

Result<void> Parser::scalar(std::string_view word, Schema& schema) const {
  schema.protobuf = protobuf_;
  if (word.find('|') != std::string_view::npos) {
    schema.type = Type::String;
    for (const std::string_view one : split(word, '|'))
      if (!one.empty()) schema.words.emplace_back(one == "\"\"" ? std::string_view() : one);
    return {};
  }
  const auto* const found =
      std::find_if(std::begin(kPrimitives), std::end(kPrimitives),
                   [&](const Primitive& primitive) { return primitive.name == word; });
  if (found == std::end(kPrimitives)) return wrong("no type is called \"{}\"", word);
  schema.type = found->type;
  schema.format = found->format;
  if (word == "uint32") schema.bounds = {.minimum = 0, .maximum = kLargestUint32};
  return {};
}

Result<void> Parser::constraints(std::string_view& rest, Schema& schema) const {
  while (true) {
    rest = trim(rest);
    if (rest.empty() || rest[0] == ']' || rest[0] == '}') return {};
    if (rest[0] == '/') {
      const std::size_t end = rest.rfind('/');
      if (end == 0) return wrong("a pattern has no end");
      schema.pattern = make_pattern(rest.substr(1, end - 1));
      if (schema.pattern->compiled == nullptr) return wrong("not a pattern");
      rest.remove_prefix(end + 1);
      continue;
    }
    const std::string_view word = rest.substr(0, rest.find_first_of(" ]}"));
    if (auto done = range(word, schema); !done) return done;
    rest.remove_prefix(word.size());
  }
}

Result<void> Parser::range(std::string_view word, Schema& schema) const {
  const std::size_t dots = word.find("..");
  if (dots == std::string_view::npos) return wrong("what is \"{}\"?", word);
  const auto bound = [&](std::string_view digits, std::optional<double>& out) {
    if (digits.empty()) return true;
    out = parse_number<double>(digits);
    return out.has_value();
  };
  if (!bound(word.substr(0, dots), schema.bounds.minimum) ||
      !bound(word.substr(dots + 2), schema.bounds.maximum))
    return wrong("\"{}\" is no range", word);
  return {};
}

Result<void> Parser::block(std::size_t indent, const Written& above) {
  const std::size_t own = at_ < lines_.size() ? lines_[at_].indent : 0;
  while (at_ < lines_.size() && lines_[at_].indent > indent) {
    const Line& line = lines_[at_++];
    if (line.indent != own) return wrong("indented otherwise than the line above");
    if (line.text.starts_with('@')) {
      if (auto done = directive(line.text, above); !done) return done;
    } else if (above.object == nullptr) {
      return wrong("a field of something that is no object");
    } else if (auto done = field(line.text, line.indent, *above.object); !done) {
      return done;
    }
  }
  if (above.object != nullptr) {
    auto& properties = above.object->properties;
    std::sort(properties.begin(), properties.end(),
              [](const Property& a, const Property& b) { return a.name < b.name; });
  }
  return {};
}

Result<void> Parser::directive(std::string_view text, const Written& above) const {
  Schema& schema = above.object != nullptr ? *above.object : *above.whole;
  std::string_view rest = text;
  const std::string_view word = take_word(rest);
  if (word == "@open") {
    schema.open = true;
  } else if (word == "@at-most-one") {
    schema.at_most_one.push_back(words_of(rest));
  } else if (word == "@keys" && above.list != nullptr) {
    above.list->keys.push_back(words_of(rest));
  } else if (word == "@distinct" && above.list != nullptr) {
    above.list->distinct = true;
  } else if (word == "@rule") {
    const std::size_t end = rest.find(": ");
    if (end == std::string_view::npos) return wrong("a rule has no text");
    auto rule =
        make_rule(std::string(trim(rest.substr(end + 1))), std::string(trim(rest.substr(0, end))));
    if (!rule) return wrong("{}", rule.error().message);
    schema.rules.push_back(std::move(*rule));
  } else {
    return wrong("\"{}\" makes no sense here", word);
  }
  return {};
}

Result<void> Parser::field(std::string_view text, std::size_t indent, Schema& object) {
  const std::size_t colon = text.find(": ");
  if (colon == std::string_view::npos || colon == 0) return wrong("not a field");
  Property property;
  property.required = text[colon - 1] == '!';
  property.name = text.substr(0, colon - (property.required ? 1 : 0));
  auto written = typed_line(text.substr(colon + 1), indent, nullptr);
  if (!written) return tl::unexpected(std::move(written.error()));
  property.schema = written->whole;
  object.properties.push_back(std::move(property));
  return {};
}

}  // namespace

Result<void> read_notation(std::string_view text, SchemaSet& schemas) {
  return Parser(text, schemas).run();
}

}  // namespace egressctl::resource
