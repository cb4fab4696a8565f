#include "lib/resource/validation/report.h"

#include "lib/resource/field_path.h"

namespace egressctl::resource::validation {

Positioned<Raw> Report::spec() const {
  if (resource_.node == nullptr) return {{}, resource_.range, {}, nullptr};
  const yaml::Entry* entry = resource_.node->find_entry("spec");
  if (entry == nullptr) return {{}, resource_.range, {}, resource_.node};
  return {{}, entry->value.range, entry->key.range, &entry->value};
}

Diagnostics::Builder Report::add(const RuleId& rule, Severity severity, std::string_view alias,
                                 SourceRange range, std::string message) {
  Diagnostic diagnostic;
  diagnostic.rule = rule;
  diagnostic.severity = severity;
  diagnostic.message = std::move(message);
  diagnostic.range = range;
  diagnostic.field = resource_.field_path(range);
  diagnostic.resource = resource_.resource_name();
  // istioctl analyzes what a MeshConfig makes of others, not the MeshConfig.
  if (!alias.empty() && resource_.mesh_config() == nullptr) diagnostic.aliases.emplace_back(alias);
  return diagnostics_.add(std::move(diagnostic));
}

void Report::name_missing(Diagnostics::Builder& builder, SourceRange parent,
                          std::string_view key) const {
  builder.field(join_path(resource_.field_path(parent), key));
}

}  // namespace egressctl::resource::validation
