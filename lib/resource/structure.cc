#include "lib/resource/structure.h"

#include <fmt/format.h>

#include "lib/resource/schema/defaults.h"
#include "lib/resource/schema/tables.h"
#include "lib/resource/structure_walk.h"

namespace egressctl::resource {
namespace {

void report_version(const Resource& resource, const KindSchema& kind, Diagnostics& diagnostics) {
  std::string served;
  for (const SchemaVersion& version : kind.versions) {
    if (!served.empty()) served += ", ";
    served += kind.group.empty() ? fmt::format("\"{}\"", version.name)
                                 : fmt::format("\"{}/{}\"", kind.group, version.name);
  }
  const Text& written = resource.api_version.text;
  diagnostics
      .report(kVersionNotServed, written.present() ? written.range : resource.range,
              "no release serves {} as \"{}\"", *resource.kind_name, *written)
      .field("apiVersion")
      .resource(resource.resource_name())
      .help(fmt::format("write {}", served));
}

// Of kinds that nothing is known of.
const Schema& unknown_kind() {
  static const Schema kUnknown = [] {
    Schema schema;
    schema.type = Type::Object;
    schema.open = true;
    schema.properties.push_back(
        {std::string("metadata"), built_in_schemas().named(kMetadataType), false});
    return schema;
  }();
  return kUnknown;
}

void walk(const Resource& resource, const Schema& schema, const yaml::Node& node,
          std::string_view prefix, Diagnostics& diagnostics) {
  const ResourceName name = resource.resource_name();
  const Place root{nullptr, prefix, Place::kNoIndex, {}};
  StructureWalk walk(schema, name, diagnostics);
  if (!schema.has_defaults) return walk.value(node, schema, root);
  const Defaulted defaulted(node, schema);
  walk.value(defaulted.root(), schema, root);
}

void check(const Resource& resource, const SchemaSet* first, Diagnostics& diagnostics) {
  const SchemaSet& built_in = built_in_schemas();
  const Schema* mesh_config = built_in.named(kMeshConfigType);
  if (resource.kind == Kind::MeshConfig)
    return walk(resource, *mesh_config, *resource.node, {}, diagnostics);
  const std::string_view group = resource.api_version.group;
  const KindSchema* kind = first != nullptr ? first->find(group, *resource.kind_name) : nullptr;
  if (kind == nullptr) kind = built_in.find(group, *resource.kind_name);
  if (kind == nullptr || kind->versions.empty())
    return walk(resource, unknown_kind(), *resource.node, {}, diagnostics);
  const SchemaVersion* version = kind->find(resource.api_version.version);
  if (version == nullptr) {
    report_version(resource, *kind, diagnostics);
    version = &kind->versions.front();
  }
  walk(resource, *version->root, *resource.node, {}, diagnostics);
  const auto* map = resource.as<ConfigMap>();
  if (map != nullptr && map->mesh_yaml != nullptr)
    walk(resource, *mesh_config, map->mesh_yaml->root(), kMeshPathPrefix, diagnostics);
}

}  // namespace

void check_structure(const Resource& resource, Diagnostics& diagnostics) {
  check(resource, nullptr, diagnostics);
}

void check_structure(const Resource& resource, const SchemaSet& schemas, Diagnostics& diagnostics) {
  check(resource, &schemas, diagnostics);
}

}  // namespace egressctl::resource
