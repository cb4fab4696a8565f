#include "lib/resource/schema/schema.h"

#include <algorithm>
#include <utility>

#include <re2/re2.h>

#include "lib/base/diagnostic.h"
#include "lib/yaml/emit.h"

namespace egressctl::resource {

const Property* Schema::find(std::string_view name) const {
  const auto at = std::lower_bound(
      properties.begin(), properties.end(), name,
      [](const Property& property, std::string_view wanted) { return property.name < wanted; });
  return at != properties.end() && at->name == name ? &*at : nullptr;
}

const SchemaVersion* KindSchema::find(std::string_view version) const {
  const auto at = std::find_if(versions.begin(), versions.end(),
                               [&](const SchemaVersion& v) { return v.name == version; });
  return at != versions.end() ? &*at : nullptr;
}

const KindSchema* SchemaSet::find(std::string_view group, std::string_view name) const {
  const auto at = by_name_.find(name);
  if (at == by_name_.end()) return nullptr;
  for (const KindSchema* kind : at->second)
    if (kind->group == group) return kind;
  return nullptr;
}

Schema& SchemaSet::make() {
  return schemas_.emplace_back();
}

SchemaSet::Named& SchemaSet::named_entry(std::string_view name) {
  Named& entry = names_[std::string(name)];
  if (entry.schema == nullptr) entry.schema = &make();
  return entry;
}

Schema& SchemaSet::name(std::string_view name) {
  return *named_entry(name).schema;
}

Schema* SchemaSet::define(std::string_view name) {
  Named& entry = named_entry(name);
  return std::exchange(entry.defined, true) ? nullptr : entry.schema;
}

std::vector<std::string> SchemaSet::undefined_names() const {
  std::vector<std::string> out;
  for (const auto& [name, entry] : names_)
    if (!entry.defined) out.push_back(name);
  std::sort(out.begin(), out.end());
  return out;
}

const Schema* SchemaSet::named(std::string_view name) const {
  const auto at = names_.find(std::string(name));
  return at != names_.end() ? at->second.schema : nullptr;
}

KindSchema& SchemaSet::add(std::string_view group, std::string_view name) {
  for (KindSchema& kind : kinds_)
    if (kind.group == group && kind.name == name) return kind;
  KindSchema& kind = kinds_.emplace_back();
  kind.group = group;
  kind.name = name;
  by_name_[kind.name].push_back(&kind);
  return kind;
}

SchemaSet::Kept::Kept(std::string json) : source("", std::move(json)) {
  Diagnostics findings;
  documents = yaml::load(source, findings);
}

const yaml::Node& SchemaSet::keep(const yaml::Node& node) {
  static const yaml::Node kNull;
  const Kept& kept = kept_.emplace_back(yaml::to_json(node));
  return kept.documents.empty() ? kNull : kept.documents.front().root();
}

Result<Rule> make_rule(std::string condition, std::string message) {
  auto program = cel::Program::compile(condition);
  if (!program) return tl::unexpected(std::move(program.error()));
  return Rule{.condition = std::move(condition),
              .message = std::move(message),
              .program = std::move(*program),
              .message_program = std::nullopt};
}

Pattern make_pattern(std::string_view text) {
  RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_shared<RE2>(re2::StringPiece(text.data(), text.size()), options);
  Pattern out{.text = std::string(text), .compiled = nullptr};
  if (compiled->ok()) out.compiled = std::move(compiled);
  return out;
}

}  // namespace egressctl::resource
