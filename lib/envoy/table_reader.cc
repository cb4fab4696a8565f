#include "lib/envoy/table_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "lib/base/number.h"

namespace egressctl::envoy {
namespace {

struct Primitive {
  std::string_view name;
  FieldType type;
};

constexpr Primitive kPrimitives[] = {{"string", FieldType::String},
                                     {"bytes", FieldType::Bytes},
                                     {"bool", FieldType::Bool},
                                     {"int32", FieldType::Int32},
                                     {"uint32", FieldType::Uint32},
                                     {"int64", FieldType::Int64},
                                     {"uint64", FieldType::Uint64},
                                     {"float", FieldType::Float},
                                     {"double", FieldType::Double},
                                     {"duration", FieldType::Duration},
                                     {"timestamp", FieldType::Timestamp},
                                     {"struct", FieldType::Struct},
                                     {"value", FieldType::Value},
                                     {"listvalue", FieldType::ListValue},
                                     {"any", FieldType::Any},
                                     {"empty", FieldType::Empty}};

std::string_view take_word(std::string_view& text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(begin);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

bool read_number(std::string_view text, double& number) {
  if (text.empty()) return true;
  const auto read = parse_number<double>(text);
  number = read.value_or(0);
  return read.has_value();
}

bool read_bounds(std::string_view text, Field& field) {
  const std::size_t dots = text.find("..");
  std::string_view low = text.substr(0, dots);
  std::string_view high = text.substr(dots + 2);
  field.above_minimum = take_prefix(low, ">");
  field.below_maximum = take_prefix(high, "<");
  return read_number(low, field.minimum) && read_number(high, field.maximum);
}

// What stands behind the type.
bool read_mark(std::string_view word, Field& field) {
  if (word == "deprecated") return field.deprecated = true;
  if (word == "disallowed") return field.deprecated = field.disallowed = true;
  if (word == "non-empty") return field.non_empty = true;
  if (word == "or-zero") return field.or_zero = true;
  if (take_prefix(word, "in=")) return field.words = word, true;
  if (take_prefix(word, "prefix=")) return field.prefix = word, true;
  return word.find("..") != std::string_view::npos && read_bounds(word, field);
}

// Whether `names`, with blanks in between, has `name`.
bool has_word(std::string_view names, std::string_view name) {
  for (auto word = take_word(names); !word.empty(); word = take_word(names))
    if (word == name) return true;
  return false;
}

}  // namespace

Result<void> Table::read(std::string_view text) {
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto done = line(text.substr(0, end));
    if (!done)
      return fail(ErrorCode::Invalid, fmt::format("line {}: {}", number, done.error().message));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  finish();
  return {};
}

Result<void> Table::line(std::string_view text) {
  if (text.empty() || text.starts_with('#')) return {};
  if (take_prefix(text, "package ")) return finish(), package_ = text, Result<void>();
  if (take_prefix(text, "message ")) return start_message(text), Result<void>();
  if (take_prefix(text, "enum ")) return add_enum(text), Result<void>();
  if (open_ == nullptr || !take_prefix(text, "  "))
    return fail(ErrorCode::Invalid, "expected a package, a message or an enum");
  if (take_prefix(text, "removed ")) return open_->removed = text, Result<void>();
  if (take_prefix(text, "oneof! ")) return oneofs_.push_back({true, text}), Result<void>();
  if (take_prefix(text, "oneof ")) return oneofs_.push_back({false, text}), Result<void>();
  return add_field(text);
}

std::string_view Table::full_name(std::string_view name) {
  return names_.emplace_back(fmt::format("{}.{}", package_, name));
}

void Table::start_message(std::string_view text) {
  finish();
  open_ = &messages_.emplace_back();
  open_->name = full_name(take_word(text));
  if (take_word(text) == "was") open_->v2_name = take_word(text);
  by_name_.emplace(open_->name, open_);
  if (!open_->v2_name.empty()) by_v2_name_.emplace(open_->v2_name, open_);
}

void Table::add_enum(std::string_view text) {
  finish();
  EnumType& type = enums_.emplace_back();
  type.name = full_name(take_word(text));
  auto& values = all_values_.emplace_back();
  std::int32_t next = 0;
  for (auto word = take_word(text); !word.empty(); word = take_word(text)) {
    const std::size_t equals = word.find('=');
    if (equals != std::string_view::npos)
      std::from_chars(word.data() + equals + 1, word.data() + word.size(), next);
    values.push_back({word.substr(0, equals), next++});
  }
  type.values = values;
  enums_by_name_.emplace(type.name, &type);
}

Result<void> Table::add_field(std::string_view text) {
  const std::size_t colon = text.find(": ");
  if (colon == std::string_view::npos) return fail(ErrorCode::Invalid, "expected \"name: type\"");
  Field field;
  field.name = text.substr(0, colon);
  field.required = take_suffix(field.name, "!");
  text.remove_prefix(colon + 2);
  std::string_view type;
  if (text.starts_with('{')) {
    const std::size_t end = std::min(text.find('}'), text.size() - 1);
    type = text.substr(1, end - 1);
    // The keys are any scalars: JSON has them as strings.
    type.remove_prefix(type.find(' ') + 1);
    text.remove_prefix(end + 1);
    field.shape = Shape::Map;
  } else {
    type = take_word(text);
    if (take_prefix(type, "[") && take_suffix(type, "]")) field.shape = Shape::List;
  }
  field.wrapped = take_suffix(type, "?");
  for (auto word = take_word(text); !word.empty(); word = take_word(text))
    if (!read_mark(word, field))
      return fail(ErrorCode::Invalid, fmt::format("what is \"{}\"?", word));
  for (std::size_t i = 0; i < oneofs_.size(); ++i)
    if (has_word(oneofs_[i].names, field.name)) field.oneof = static_cast<std::uint8_t>(i + 1);
  fields_.push_back(field);
  types_.push_back(type);
  return {};
}

void Table::finish() {
  if (open_ == nullptr) return;
  auto& fields = all_fields_.emplace_back(std::exchange(fields_, {}));
  open_->fields = fields;
  open_->oneofs = all_oneofs_.emplace_back(std::exchange(oneofs_, {}));
  for (std::size_t i = 0; i < fields.size(); ++i)
    pending_.push_back({&fields[i], package_, types_[i]});
  types_.clear();
  open_ = nullptr;
}

Result<void> Table::link() {
  std::string name;
  for (const auto& [field, package, type] : std::exchange(pending_, {})) {
    const auto* const primitive =
        std::find_if(std::begin(kPrimitives), std::end(kPrimitives),
                     [text = type](const Primitive& each) { return each.name == text; });
    if (primitive != std::end(kPrimitives)) {
      field->type = primitive->type;
      continue;
    }
    name.assign(package).append(".").append(type);
    for (const std::string_view tried : {std::string_view(name), type}) {
      if (const auto found = by_name_.find(tried); found != by_name_.end()) {
        field->type = FieldType::Message;
        field->message = found->second;
      } else if (const auto words = enums_by_name_.find(tried); words != enums_by_name_.end()) {
        field->type = FieldType::Enum;
        field->words_of = words->second;
      }
      if (field->type != FieldType::Unresolved) break;
    }
    if (field->type == FieldType::Unresolved)
      return fail(ErrorCode::Invalid, fmt::format("no type \"{}\"", type));
  }
  for (const MessageType& message : messages_) sorted_.push_back(&message);
  std::sort(sorted_.begin(), sorted_.end(),
            [](const MessageType* a, const MessageType* b) { return a->name < b->name; });
  return {};
}

const MessageType* Table::message(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const MessageType* Table::by_v2_name(std::string_view name) const {
  const auto found = by_v2_name_.find(name);
  return found == by_v2_name_.end() ? nullptr : found->second;
}

}  // namespace egressctl::envoy
