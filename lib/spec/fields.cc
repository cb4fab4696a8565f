#include "lib/spec/fields.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "lib/base/duration.h"
#include "lib/base/text.h"
#include "lib/spec/amounts.h"
#include "lib/spec/quoted.h"
#include "lib/spec/rules.h"
#include "lib/spec/wrong_type.h"
#include "lib/yaml/scalar.h"

namespace egressctl::spec {
namespace {

using yaml::Node;
using yaml::ScalarType;

std::string shown(std::string_view path) {
  return path.empty() ? "the document" : std::string(path);
}

// The name that was most likely meant: names are lower case and have no underscores.
std::string help_with_name(const TextFormat& format, std::string_view text) {
  std::string name = to_lower(text);
  for (char& c : name)
    if (c == '_' || c == ' ') c = '-';
  if (name == text || !format.accepts(name)) return {};
  return fmt::format("write \"{}\"", name);
}

std::string help_with_version(const Node& value) {
  if (const auto guess = guess_istio_version(value.scalar)) {
    const bool number = yaml::scalar_type(value) == ScalarType::Float;
    return fmt::format("write \"{}\"{}", to_string(*guess),
                       number ? ", in quotes: as numbers, 1.30 and 1.3 are the same" : "");
  }
  const auto version = parse_istio_version(value.scalar);
  if (!version) return "write the release that istioctl version prints, such as \"1.30\"";
  if (*version < kOldestIstio) return "the generated manifests need what older releases lack";
  return fmt::format("write \"{}\" and try the manifests on a test mesh", to_string(kNewestIstio));
}

bool is_text(const Node& value) {
  return value.is_scalar() && yaml::scalar_type(value) == ScalarType::String;
}

}  // namespace

Fields::Fields(const Table& table, std::string path, Diagnostics& diagnostics,
               const Table& document)
    : table_(&table), path_(std::move(path)), diagnostics_(&diagnostics), document_(&document) {}

Fields::Fields(const Node& node, const Table& table, std::string path, Diagnostics& diagnostics,
               const Table& document)
    : Fields(table, std::move(path), diagnostics, document) {
  if (!node.is_mapping()) return;
  node_ = &node;
  report_missing_keys(report_unknown_keys());
}

std::vector<std::string_view> Fields::report_unknown_keys() {
  std::vector<std::string_view> meant;
  std::vector<std::string_view> known;
  for (const Field& field : table_->fields) known.push_back(field.key);
  for (const yaml::Entry& entry : node_->entries) {
    const std::string_view key = entry.key.scalar;
    if (table_->find(key) != nullptr) continue;
    if (const auto near = nearest(key, known)) meant.push_back(*near);
    std::string help = did_you_mean(key, known);
    if (help.empty())
      if (const auto elsewhere = path_of_table_with(key, *document_))
        help = fmt::format("\"{}\" is a key of {}", key, shown(*elsewhere));
    if (help.empty())
      help = fmt::format("{} {}", known.size() == 1 ? "its only key is" : "its keys are",
                         fmt::join(known, ", "));
    diagnostics_
        ->report(kUnknownKey, entry.key.range, "unknown key {} in {}", quoted(key), shown(path_))
        .field(path(key))
        .help(std::move(help));
  }
  return meant;
}

void Fields::report_missing_keys(std::span<const std::string_view> meant) {
  for (const Field& field : table_->fields) {
    if (!field.required || field.only_via || node_->find(field.key) != nullptr) continue;
    // The finding about its misspelt form says it all.
    if (std::find(meant.begin(), meant.end(), field.key) != meant.end()) continue;
    diagnostics_->report(kMissingKey, range(), "{} has no \"{}\"", shown(path_), field.key)
        .field(path(field.key))
        .help(fmt::format("add, for example, {}: {}", field.key, field.example));
  }
}

void Fields::report_empty(const Field& field, const Node& value) {
  auto builder = diagnostics_->report(
      kEmptyCollection, value.range, "{} is empty; expected {}", path(field.key),
      field.kind == FieldKind::Labels ? "at least one label" : "at least one item");
  builder.field(path(field.key));
  if (field.required)
    builder.help(fmt::format("for example {}: {}", field.key, field.example));
  else
    builder.help(fmt::format("remove \"{}\" to have the default", field.key));
}

const Node* Fields::node(std::string_view key) const {
  assert(table_->find(key) != nullptr);
  return node_ == nullptr ? nullptr : node_->find(key);
}

std::string Fields::path(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

SourceRange Fields::range() const {
  if (node_ == nullptr) return {};
  const bool block = node_->style == yaml::Style::Block && !node_->entries.empty();
  return block ? node_->entries.front().key.range : node_->range;
}

SourceRange Fields::whole_range() const {
  return node_ == nullptr ? SourceRange{} : node_->range;
}

std::optional<Located<std::string>> Fields::text(std::string_view key) {
  const Node* value = node(key);
  if (value == nullptr) return std::nullopt;
  return text_of(*table_->find(key), *value, path(key));
}

std::optional<Located<std::string>> Fields::text_of(const Field& field, const Node& value,
                                                    const std::string& path) {
  if (!is_text(value)) {
    report_wrong_type(field, value, path, field.kind == FieldKind::TextList, *diagnostics_);
    return std::nullopt;
  }
  const TextFormat* format = field.format;
  if (format != nullptr && format->accepts != nullptr && !format->accepts(value.scalar)) {
    diagnostics_
        ->report(kInvalidName, value.range, "{} is {}; expected {}", path, quoted(value.scalar),
                 format->expected)
        .field(path)
        .help(help_with_name(*format, value.scalar));
    return std::nullopt;
  }
  return Located<std::string>{std::string(value.scalar), value.range};
}

std::optional<Located<bool>> Fields::flag(std::string_view key) {
  const Node* value = node(key);
  if (value == nullptr) return std::nullopt;
  if (const auto truth = yaml::as_bool(*value)) return Located<bool>{*truth, value->range};
  report_wrong_type(*table_->find(key), *value, path(key), false, *diagnostics_);
  return std::nullopt;
}

std::optional<Located<int>> Fields::in_range(const Field& field, std::int64_t number,
                                             const Node& value, const std::string& path) {
  if (number >= field.least && number <= field.most)
    return Located<int>{static_cast<int>(number), value.range};
  const std::string_view unit = field.kind == FieldKind::Duration ? " seconds" : "";
  diagnostics_
      ->report(kNumberOutOfRange, value.range, "{} is {}; expected {} to {}{}", path, value.scalar,
               field.least, field.most, unit)
      .field(path);
  return std::nullopt;
}

std::optional<Located<int>> Fields::integer_of(const Field& field, const Node& value,
                                               const std::string& path) {
  if (const auto number = yaml::as_int(value)) return in_range(field, *number, value, path);
  report_wrong_type(field, value, path, field.kind == FieldKind::IntegerList, *diagnostics_);
  return std::nullopt;
}

std::optional<Located<int>> Fields::integer(std::string_view key) {
  const Node* value = node(key);
  if (value == nullptr) return std::nullopt;
  return integer_of(*table_->find(key), *value, path(key));
}

std::optional<Located<int>> Fields::seconds(std::string_view key) {
  const Node* value = node(key);
  if (value == nullptr) return std::nullopt;
  const Field& field = *table_->find(key);
  if (const auto number = yaml::as_int(*value)) return in_range(field, *number, *value, path(key));
  if (!is_text(*value)) {
    report_wrong_type(field, *value, path(key), false, *diagnostics_);
    return std::nullopt;
  }
  if (const auto number = parse_seconds(value->scalar))
    return in_range(field, *number, *value, path(key));
  diagnostics_
      ->report(kInvalidDuration, value->range, "{} is {}; expected a duration such as \"60s\"",
               path(key), quoted(value->scalar))
      .field(path(key))
      .help("write whole hours, minutes and seconds, such as 90s, 5m or 1h30m, or seconds alone");
  return std::nullopt;
}

std::optional<Located<std::chrono::milliseconds>> Fields::time(std::string_view key) {
  const Node* value = node(key);
  if (value == nullptr) return std::nullopt;
  if (!is_text(*value)) {
    report_wrong_type(*table_->find(key), *value, path(key), false, *diagnostics_);
    return std::nullopt;
  }
  using std::chrono::milliseconds;
  const auto duration = parse_duration(value->scalar);
  if (duration && *duration >= milliseconds{1})
    return Located<milliseconds>{std::chrono::duration_cast<milliseconds>(*duration), value->range};
  diagnostics_
      ->report(kInvalidDuration, value->range, "{} is {}; expected a time of 1 ms or more",
               path(key), quoted(value->scalar))
      .field(path(key))
      .help("write it as in 250ms, 5s or 1m30s");
  return std::nullopt;
}

std::optional<Located<std::string>> Fields::quantity(std::string_view key) {
  const Node* value = node(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_scalar() || yaml::as_bool(*value)) {
    report_wrong_type(*table_->find(key), *value, path(key), false, *diagnostics_);
    return std::nullopt;
  }
  if (const auto number = parse_quantity(value->scalar); number && *number > 0)
    return Located<std::string>{std::string(value->scalar), value->range};
  diagnostics_
      ->report(kInvalidQuantity, value->range, "{} is {}; expected a quantity above zero",
               path(key), quoted(value->scalar))
      .field(path(key))
      .help(key == "cpu" ? "write cores or thousandths of one, such as 2 or 500m"
                         : "write bytes with a Kubernetes suffix, such as 512Mi or 1Gi");
  return std::nullopt;
}

std::optional<Located<IstioVersion>> Fields::version(std::string_view key) {
  const Node* value = node(key);
  if (value == nullptr) return std::nullopt;
  // A plain 1.30 is a number for YAML; its text still has the zero.
  const bool scalar = value->is_scalar() && !yaml::as_bool(*value);
  if (!scalar) {
    report_wrong_type(*table_->find(key), *value, path(key), false, *diagnostics_);
    return std::nullopt;
  }
  if (const auto version = parse_istio_version(value->scalar); version && is_supported(*version))
    return Located<IstioVersion>{*version, value->range};
  diagnostics_
      ->report(kUnsupportedIstio, value->range, "{} is {}; expected {} to {}", path(key),
               describe(*value), to_string(kOldestIstio), to_string(kNewestIstio))
      .field(path(key))
      .help(help_with_version(*value));
  return std::nullopt;
}

std::optional<std::map<std::string, std::string>> Fields::labels(std::string_view key) {
  const Node* value = node(key);
  if (value == nullptr) return std::nullopt;
  const Field& field = *table_->find(key);
  if (!value->is_mapping()) {
    report_wrong_type(field, *value, path(key), false, *diagnostics_);
    return std::nullopt;
  }
  if (value->entries.empty() && field.not_empty) report_empty(field, *value);
  static constexpr Field kLabel{.key = "label", .description = {}};
  std::map<std::string, std::string> labels;
  for (const auto& [name, text] : value->entries) {
    const std::string at = fmt::format("{}.{}", path(key), name.scalar);
    if (!is_label_key(name.scalar))
      diagnostics_
          ->report(kInvalidLabel, name.range, "label name {} in {}; expected {}",
                   quoted(name.scalar), path(key), kLabelKeyFormat.expected)
          .field(at);
    const auto read = text_of(kLabel, text, at);
    if (!read) continue;
    if (!is_label_value(**read))
      diagnostics_
          ->report(kInvalidLabel, text.range, "label value {} in {}; expected {}", quoted(**read),
                   path(key), kLabelValueFormat.expected)
          .field(at);
    labels[std::string(name.scalar)] = **read;
  }
  return labels;
}

const Node* Fields::list(const Field& field) {
  const Node* value = node(field.key);
  if (value == nullptr) return nullptr;
  if (!value->is_sequence()) {
    report_wrong_type(field, *value, path(field.key), false, *diagnostics_);
    return nullptr;
  }
  if (value->items.empty() && field.not_empty) report_empty(field, *value);
  return value;
}

std::vector<Located<std::string>> Fields::texts(std::string_view key) {
  std::vector<Located<std::string>> read;
  const Field& field = *table_->find(key);
  const Node* value = list(field);
  for (std::size_t i = 0; value != nullptr && i < value->items.size(); ++i)
    if (auto text = text_of(field, value->items[i], fmt::format("{}[{}]", path(key), i)))
      read.push_back(*std::move(text));
  return read;
}

std::vector<Located<int>> Fields::integers(std::string_view key) {
  std::vector<Located<int>> read;
  const Field& field = *table_->find(key);
  const Node* value = list(field);
  for (std::size_t i = 0; value != nullptr && i < value->items.size(); ++i)
    if (auto number = integer_of(field, value->items[i], fmt::format("{}[{}]", path(key), i)))
      read.push_back(*number);
  return read;
}

std::optional<Located<const Word*>> Fields::word(std::string_view key) {
  const Node* value = node(key);
  if (value == nullptr) return std::nullopt;
  const Field& field = *table_->find(key);
  if (!value->is_scalar()) {
    report_wrong_type(field, *value, path(key), false, *diagnostics_);
    return std::nullopt;
  }
  std::vector<std::string_view> known;
  for (const Word& candidate : field.words) {
    if (is_text(*value) && candidate.text == value->scalar)
      return Located<const Word*>{&candidate, value->range};
    known.push_back(candidate.text);
  }
  std::string help = did_you_mean(value->scalar, known);
  // What a YAML 1.1 reader and writer made of a plain `off`.
  if (yaml::as_bool(*value) == false && field.words[0].text == "off")
    help = "write off, or \"off\" in quotes where a YAML 1.1 tool writes the file";
  diagnostics_
      ->report(kUnknownValue, value->range, "{} is {}; expected {}", path(key), describe(*value),
               one_of(field.words))
      .field(path(key))
      .help(std::move(help));
  return std::nullopt;
}

Fields Fields::mapping(std::string_view key) {
  const Field& field = *table_->find(key);
  const Node* value = node(key);
  if (value == nullptr) return Fields(*field.table, path(key), *diagnostics_, *document_);
  if (!value->is_mapping()) report_wrong_type(field, *value, path(key), false, *diagnostics_);
  return Fields(*value, *field.table, path(key), *diagnostics_, *document_);
}

std::vector<Fields> Fields::mappings(std::string_view key) {
  std::vector<Fields> read;
  const Field& field = *table_->find(key);
  const Node* value = list(field);
  for (std::size_t i = 0; value != nullptr && i < value->items.size(); ++i) {
    const Node& item = value->items[i];
    std::string at = fmt::format("{}[{}]", path(key), i);
    if (!item.is_mapping())
      report_wrong_type(field, item, at, true, *diagnostics_);
    else
      read.push_back(Fields(item, *field.table, std::move(at), *diagnostics_, *document_));
  }
  return read;
}

}  // namespace egressctl::spec
