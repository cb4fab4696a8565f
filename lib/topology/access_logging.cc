#include "lib/topology/access_logging.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "lib/base/istio_access_log.h"
#include "lib/envoy/visit.h"
#include "lib/topology/attachment.h"
#include "lib/topology/order.h"

namespace egressctl::topology {
namespace {

using Json = nlohmann::json;

// The provider that every mesh has; it writes as MeshConfig says.
constexpr std::string_view kBuiltIn = "envoy";

const resource::Telemetry& spec_of(const resource::Resource& resource) {
  return *resource.as<resource::Telemetry>();
}

// Whether it is for all pods of its namespace.
bool is_for_all(const resource::Telemetry& telemetry) {
  return telemetry.selector->match_labels->empty() && !telemetry.target_ref.present() &&
         telemetry.target_refs->empty();
}

std::string default_fields() {
  Json out = Json::object();
  for (const AccessLogField& field : kIstioAccessLogFields)
    out[std::string(field.key)] = field.format;
  return out.dump();
}

LogFormat text_format(std::string text) {
  if (!text.ends_with('\n')) text += '\n';
  return {.json = false, .text = std::move(text)};
}

LogFormat format_of_mesh(const resource::MeshConfig* config) {
  const std::string written = config != nullptr ? *config->access_log_format : std::string();
  if (config == nullptr || *config->access_log_encoding != resource::LogEncoding::Json)
    return text_format(written.empty() ? std::string(kIstioAccessLog) : written);
  // istiod logs the mistake and takes the default.
  const bool is_object = Json::parse(written, nullptr, false).is_object();
  return {.json = true, .text = is_object ? written : default_fields()};
}

// The strings of an object, and of those in it; the rest says nothing of a connection.
Json texts_of(const yaml::Node& node) {
  if (node.is_scalar()) return node.scalar;
  Json out = Json::object();
  for (const yaml::Entry& entry : node.entries)
    out[std::string(entry.key.scalar)] = texts_of(entry.value);
  return out;
}

}  // namespace

LoggingIndex::LoggingIndex(const mesh::Mesh& mesh)
    : mesh_(mesh), mesh_format_(format_of_mesh(mesh.settings().mesh_config)) {
  for (const resource::Resource* telemetry : by_age(mesh, resource::Kind::Telemetry))
    by_namespace_[mesh.namespace_of(*telemetry)].push_back(telemetry);
  const resource::MeshConfig* config = mesh.settings().mesh_config;
  const yaml::Node* providers = config != nullptr ? config->default_providers.node : nullptr;
  const yaml::Node* logs = providers != nullptr ? providers->find("accessLogging") : nullptr;
  if (logs != nullptr)
    for (const yaml::Node& name : logs->items) defaults_.push_back(name.scalar);
}

// Those for the whole mesh, for the namespace, and for the workload.
LoggingIndex::Telemetries LoggingIndex::applicable(const Proxy& proxy) const {
  Telemetries out;
  const auto add_for_all = [&](std::string_view name_space) {
    const auto found = by_namespace_.find(name_space);
    if (found == by_namespace_.end()) return;
    const auto first = std::find_if(found->second.begin(), found->second.end(),
                                    [](const auto* one) { return is_for_all(spec_of(*one)); });
    if (first != found->second.end()) out.push_back(*first);
  };
  const std::string_view root = mesh_.settings().root_namespace;
  add_for_all(root);
  if (proxy.name_space != root) add_for_all(proxy.name_space);
  if (const auto own = by_namespace_.find(proxy.name_space); own != by_namespace_.end())
    for (const resource::Resource* one : own->second) {
      const resource::Telemetry& spec = spec_of(*one);
      if (is_for_all(spec)) continue;
      if (attaches({.name_space = proxy.name_space,
                    .selector = &spec.selector->match_labels,
                    .target_ref = &spec.target_ref,
                    .target_refs = &spec.target_refs},
                   proxy))
        out.push_back(one);
    }
  std::erase_if(out, [](const auto* one) { return spec_of(*one).access_logging->empty(); });
  return out;
}

// Source: telemetry.go (mergeLogs). What egress needs is written in the CLIENT mode, by gateways,
// too (workloadMode).
std::map<std::string_view, LoggingIndex::Provider> LoggingIndex::providers_of(
    const Proxy& proxy) const {
  std::map<std::string_view, Provider> out;
  const Telemetries telemetries = applicable(proxy);
  if (telemetries.empty()) {
    for (const std::string_view name : defaults_) out[name];
    return out;
  }
  const auto for_clients = [](const resource::AccessLogging& one) {
    return !one.match.present() || *one.match->mode != resource::WorkloadMode::Server;
  };
  std::set<std::string_view> in_scope(defaults_.begin(), defaults_.end());
  std::map<std::string_view, std::string_view> filters;
  for (const resource::Resource* telemetry : telemetries) {
    std::set<std::string_view> named;
    for (const auto& logging : *spec_of(*telemetry).access_logging) {
      if (!for_clients(*logging)) continue;
      for (const auto& provider : *logging->providers) {
        named.insert(*provider->name);
        filters[*provider->name] = *logging->filter->expression;
      }
    }
    if (!named.empty()) in_scope = std::move(named);
  }
  std::vector<std::string_view> parents = defaults_;
  for (const resource::Resource* telemetry : telemetries)
    for (const auto& logging : *spec_of(*telemetry).access_logging) {
      std::vector<std::string_view> names;
      for (const auto& provider : *logging->providers) names.emplace_back(*provider->name);
      if (names.empty()) names = parents;
      parents = names;
      if (!for_clients(*logging)) continue;
      for (const std::string_view name : names)
        if (in_scope.contains(name))
          out[name] = {.disabled = *logging->disabled,
                       .filter = filters[name],
                       .causes = {{.resource = telemetry, .range = logging.range}}};
    }
  return out;
}

const yaml::Node* LoggingIndex::provider(std::string_view name) const {
  const resource::MeshConfig* config = mesh_.settings().mesh_config;
  if (config == nullptr) return nullptr;
  for (const auto& provider : *config->extension_providers)
    if (*provider->name == name) return provider.node;
  return nullptr;
}

// Without a MeshConfig it may have any.
bool LoggingIndex::is_known(std::string_view name) const {
  return name == kBuiltIn || mesh_.settings().mesh_config == nullptr || provider(name) != nullptr;
}

// Source: telemetry_logging.go (telemetryAccessLog, fileAccessLogFromTelemetry).
LogFormat LoggingIndex::format_of(std::string_view name) const {
  const yaml::Node* found = provider(name);
  const yaml::Node* file = found != nullptr ? found->find("envoyFileAccessLog") : nullptr;
  const yaml::Node* format = file != nullptr ? file->find("logFormat") : nullptr;
  if (format == nullptr)
    return name == kBuiltIn || file == nullptr ? mesh_format_
                                               : text_format(std::string(kIstioAccessLog));
  if (const yaml::Node* labels = format->find("labels"))
    return {.json = true,
            .text = labels->entries.empty() ? default_fields() : texts_of(*labels).dump()};
  const yaml::Node* text = format->find("text");
  return text_format(
      std::string(text == nullptr || text->scalar.empty() ? kIstioAccessLog : text->scalar));
}

AccessLogging LoggingIndex::of_proxy(const Proxy& proxy) const {
  AccessLogging out;
  out.format = mesh_format_;
  auto providers = providers_of(proxy);
  std::erase_if(providers, [&](const auto& item) { return !is_known(item.first); });
  if (providers.empty()) {
    const resource::MeshConfig* config = mesh_.settings().mesh_config;
    if (config == nullptr || !config->access_log_file.present()) return out;
    out.off = config->access_log_file->empty();
    out.causes = {{mesh_.settings().mesh_resource, config->access_log_file.range}};
    return out;
  }
  const auto on = std::find_if(providers.begin(), providers.end(),
                               [](const auto& item) { return !item.second.disabled; });
  const auto& [name, taken] = on != providers.end() ? *on : *providers.begin();
  out.off = taken.disabled;
  out.causes = taken.causes;
  out.filter = taken.filter;
  out.format = format_of(name);
  return out;
}

LogFormat log_format_of(const yaml::Node& access_log) {
  const auto find = [](const yaml::Node* node, std::string_view name) {
    return node != nullptr ? envoy::find_value(*node, name) : nullptr;
  };
  const yaml::Node* config = find(&access_log, "typed_config");
  const yaml::Node* format = find(config, "log_format");
  for (const yaml::Node* json : {find(format, "json_format"), find(config, "json_format"),
                                 find(config, "typed_json_format")})
    if (json != nullptr) return {.json = true, .text = texts_of(*json).dump()};
  const yaml::Node* text = nullptr;
  for (const yaml::Node* candidate : {find(find(format, "text_format_source"), "inline_string"),
                                      find(format, "text_format"), find(config, "format")})
    if (text == nullptr) text = candidate;
  return {.json = false, .text = std::string(text != nullptr ? text->scalar : kEnvoyAccessLog)};
}

}  // namespace egressctl::topology
