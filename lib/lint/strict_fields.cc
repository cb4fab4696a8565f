#include "lib/lint/strict_fields.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lib/base/text.h"
#include "lib/lint/run_rules.h"
#include "lib/yaml/scalar.h"

namespace egressctl::lint {
namespace {

void report_key(const yaml::Entry& entry, std::string_view path,
                std::span<const std::string_view> keys, Diagnostics& out) {
  const std::string_view key = entry.key.scalar;
  const std::string suggestion = did_you_mean(key, keys);
  const std::string where = path.empty() ? std::string() : fmt::format(" in \"{}\"", path);
  out.report(
      kBadConfiguration, entry.key.range, "unknown key \"{}\"{}; {}", key, where,
      suggestion.empty() ? fmt::format("expected one of {}", fmt::join(keys, ", ")) : suggestion);
}

}  // namespace

std::optional<const yaml::Node*> only_document(const Source& source,
                                               const std::vector<yaml::Document>& documents,
                                               Diagnostics& out) {
  if (documents.size() > 1) {
    out.report(kBadConfiguration, documents[1].range(),
               "{} holds more than one document; it may have one", source.path());
    return std::nullopt;
  }
  if (out.any(Severity::Error)) return std::nullopt;
  if (documents.empty() || documents[0].root().is_null()) return nullptr;
  return &documents[0].root();
}

StrictFields::StrictFields(const yaml::Node& node, std::string_view path,
                           std::span<const std::string_view> keys, Diagnostics& out)
    : node_(node), path_(path), out_(out) {
  if (!node.is_mapping()) {
    const std::string what = path.empty() ? "the document" : fmt::format("\"{}\"", path);
    out.report(kBadConfiguration, node.range, "{} is no mapping", what);
    return;
  }
  for (const yaml::Entry& entry : node.entries)
    if (std::find(keys.begin(), keys.end(), entry.key.scalar) == keys.end())
      report_key(entry, path, keys, out);
}

const yaml::Node* StrictFields::node(std::string_view key) const {
  const yaml::Node* value = node_.find(key);
  return value != nullptr && !value->is_null() ? value : nullptr;
}

std::optional<Located> StrictFields::text(std::string_view key) const {
  const yaml::Node* value = node(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_scalar()) return Located{std::string(value->scalar), value->range};
  wrong(*value, key, "a text");
  return std::nullopt;
}

std::optional<std::int64_t> StrictFields::number(std::string_view key) const {
  const yaml::Node* value = node(key);
  if (value == nullptr) return std::nullopt;
  const auto number = value->is_scalar() ? yaml::as_int(*value) : std::nullopt;
  if (!number) wrong(*value, key, "a number");
  return number;
}

std::vector<Located> StrictFields::texts(std::string_view key) const {
  std::vector<Located> out;
  const yaml::Node* value = node(key);
  if (value == nullptr) return out;
  if (!value->is_sequence()) wrong(*value, key, "a list");
  for (const yaml::Node& item : value->items) {
    if (item.is_scalar())
      out.push_back({std::string(item.scalar), item.range});
    else
      wrong(item, key, "a list of texts");
  }
  return out;
}

std::string StrictFields::path(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

void StrictFields::wrong(const yaml::Node& value, std::string_view key,
                         std::string_view expected) const {
  out_.report(kBadConfiguration, value.range, "\"{}\" is not {}", path(key), expected);
}

}  // namespace egressctl::lint
