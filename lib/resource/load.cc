#include "lib/resource/load.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lib/resource/fields.h"

namespace egressctl::resource {
namespace {

constexpr std::string_view kList = "List";

// What an item of a typed list may leave out.
struct ItemDefaults {
  std::string api_version;
  std::string kind;
};

bool has(const yaml::Node& node, std::string_view key) {
  const yaml::Node* value = node.find(key);
  return value != nullptr && !value->is_null();
}

ApiVersion split_api_version(Text text) {
  ApiVersion out;
  const std::size_t slash = text.value.find('/');
  if (slash != std::string::npos) out.group = text.value.substr(0, slash);
  out.version = slash != std::string::npos ? text.value.substr(slash + 1) : text.value;
  out.text = std::move(text);
  return out;
}

class Loader {
 public:
  Loader(Diagnostics& diagnostics, const LoadOptions& options)
      : diagnostics_(diagnostics), options_(options) {}

  void read(const yaml::Node& node, const std::optional<ItemDefaults>& defaults);
  [[nodiscard]] std::vector<Resource> take() { return std::move(resources_); }

 private:
  void read_list(const yaml::Node& items, const Resource& list);
  void read_object(Resource resource, ReadContext& context);
  [[nodiscard]] bool read_mesh_document(const yaml::Node& node);
  void report(const yaml::Node& node);

  [[nodiscard]] ReadContext context(ResourceName resource = {}) const {
    return {.diagnostics = diagnostics_,
            .resource = std::move(resource),
            .asked = nullptr,
            .report_wrong_types = options_.report_wrong_types};
  }

  Diagnostics& diagnostics_;
  LoadOptions options_;
  std::vector<Resource> resources_;
};

void Loader::read(const yaml::Node& node, const std::optional<ItemDefaults>& defaults) {
  if (node.is_null()) return;
  if (!node.is_mapping()) return report(node);
  const bool named = has(node, "apiVersion") || has(node, "kind");
  if (!named && !defaults && read_mesh_document(node)) return;
  Resource resource;
  resource.node = &node;
  resource.range = node.range;
  ReadContext context = this->context();
  const Fields in(node, context);
  Text api_version = in.text("apiVersion");
  resource.kind_name = in.text("kind");
  if (defaults && !api_version.present()) api_version.value = defaults->api_version;
  if (defaults && !resource.kind_name.present()) resource.kind_name.value = defaults->kind;
  if (api_version.value.empty() || resource.kind_name.value.empty()) return report(node);
  resource.api_version = split_api_version(std::move(api_version));
  const yaml::Node* items = node.find("items");
  if (resource.kind_name.value.ends_with(kList) && items != nullptr && items->is_sequence())
    return read_list(*items, resource);
  read_object(std::move(resource), context);
}

void Loader::read_list(const yaml::Node& items, const Resource& list) {
  std::optional<ItemDefaults> defaults;
  const std::string& name = *list.kind_name;
  if (name != kList)
    defaults = ItemDefaults{*list.api_version.text, name.substr(0, name.size() - kList.size())};
  for (const yaml::Node& item : items.items) read(item, defaults);
}

void Loader::read_object(Resource resource, ReadContext& context) {
  const KindInfo* info = find_kind(resource.api_version.group, *resource.kind_name);
  resource.kind = info != nullptr ? info->kind : Kind::Unknown;
  const Fields in(*resource.node, context);
  // The name goes into findings, those about the metadata itself included.
  context.resource = resource.resource_name();
  if (const yaml::Node* metadata = resource.node->find("metadata")) {
    const auto scalar = [&](std::string_view key) {
      const yaml::Node* value = metadata->find(key);
      return value != nullptr ? std::string(value->scalar) : std::string();
    };
    context.resource.name = scalar("name");
    context.resource.name_space = scalar("namespace");
  }
  resource.metadata = in.object("metadata", read_metadata).value;
  resource.body = read_body(resource.kind, in);
  const yaml::Node* spec = resource.node->find("spec");
  resource.spec_range = spec != nullptr && !spec->is_null() ? spec->range : resource.range;
  resources_.push_back(std::move(resource));
}

bool Loader::read_mesh_document(const yaml::Node& node) {
  const yaml::Node* nested = node.find("meshConfig");
  const bool helm_values = nested != nullptr && nested->is_mapping();
  if (!helm_values && !looks_like_mesh_config(node)) return false;
  Resource resource;
  resource.kind = Kind::MeshConfig;
  resource.node = helm_values ? nested : &node;
  resource.range = resource.node->range;
  resource.spec_range = resource.range;
  ReadContext context = this->context(resource.resource_name());
  resource.body = read_body(resource.kind, Fields(*resource.node, context));
  resources_.push_back(std::move(resource));
  return true;
}

// Says what is missing, unless the document was plainly not meant to be a resource.
void Loader::report(const yaml::Node& node) {
  constexpr std::string_view kMarks[] = {"apiVersion", "kind", "metadata", "spec"};
  const auto resembles = [&](const yaml::Node& candidate) {
    return std::any_of(std::begin(kMarks), std::end(kMarks),
                       [&](std::string_view key) { return has(candidate, key); });
  };
  if (node.is_scalar()) {
    diagnostics_.report(kNotAResource, node.range, "not a resource: a lone text, not a mapping");
  } else if (node.is_sequence()) {
    if (std::any_of(node.items.begin(), node.items.end(), resembles))
      diagnostics_.report(kNotAResource, node.range, "not a resource: a list, not a mapping")
          .help(
              "separate the resources by \"---\", or put them under \"items\" of a \"kind: List\"");
  } else if (resembles(node)) {
    const bool no_version = !has(node, "apiVersion");
    const std::string_view missing = !no_version         ? "\"kind\""
                                     : has(node, "kind") ? "\"apiVersion\""
                                                         : "\"apiVersion\" and \"kind\"";
    diagnostics_.report(kNotAResource, node.range, "not a resource: {} is missing", missing);
  }
}

}  // namespace

std::vector<Resource> load_resources(const std::vector<yaml::Document>& documents,
                                     Diagnostics& diagnostics, const LoadOptions& options) {
  Loader loader(diagnostics, options);
  for (const yaml::Document& document : documents) loader.read(document.root(), std::nullopt);
  return loader.take();
}

}  // namespace egressctl::resource
