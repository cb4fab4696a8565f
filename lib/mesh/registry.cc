#include "lib/mesh/registry.h"

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/mesh/host.h"

namespace egressctl::mesh {
namespace {

const std::vector<const Service*> kNone;
const resource::Texts kEverywhere;

ServicePort to_port(const resource::Positioned<resource::ServicePort>& port) {
  const resource::ServicePort& in = *port;
  ServicePort out{.number = *in.port,
                  .name = *in.name,
                  .protocol = protocol_of(in),
                  .target = *in.port,
                  .target_name = {},
                  .range = port.range,
                  .node = port.node};
  if (in.target_port.present()) {
    out.target = in.target_port->is_number ? in.target_port->number : 0;
    if (!in.target_port->is_number) out.target_name = in.target_port->text;
  }
  return out;
}

ServicePort to_port(const resource::Positioned<resource::Port>& port) {
  const resource::Port& in = *port;
  return {.number = *in.number,
          .name = *in.name,
          .protocol = *in.protocol,
          .target = in.target_port.present() ? *in.target_port : *in.number,
          .target_name = {},
          .range = port.range,
          .node = port.node};
}

template <typename Ports>
std::vector<ServicePort> to_ports(const Ports& ports) {
  std::vector<ServicePort> out;
  out.reserve(ports->size());
  for (const auto& port : *ports) out.push_back(to_port(port));
  return out;
}

const std::vector<const Service*>& lookup(
    const std::unordered_map<std::string_view, std::vector<const Service*>>& map,
    std::string_view key) {
  const auto found = map.find(key);
  return found != map.end() ? found->second : kNone;
}

const resource::Texts& service_defaults(const Settings& settings) {
  return settings.mesh_config != nullptr ? settings.mesh_config->default_service_export_to
                                         : kEverywhere;
}

// Source: istio.io/docs/reference/config/annotations/ (networking.istio.io/exportTo).
std::vector<std::string_view> exported_by_annotation(const resource::Resource& resource) {
  const resource::Text* written =
      resource.metadata.annotations->find("networking.istio.io/exportTo");
  std::vector<std::string_view> out;
  if (written == nullptr || (*written)->empty()) return out;
  for (std::string_view word : split(**written, ',')) {
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    out.push_back(word);
  }
  return out;
}

}  // namespace

void Registry::add(const resource::Resource& resource, std::string_view name_space) {
  if (resource.kind == resource::Kind::Service) add_kubernetes(resource, name_space);
  if (resource.kind == resource::Kind::ServiceEntry) add_entry(resource, name_space);
}

void Registry::add_kubernetes(const resource::Resource& resource, std::string_view name_space) {
  const auto* service = resource.as<resource::Service>();
  Service out;
  out.host =
      fmt::format("{}.{}.svc.{}", *resource.metadata.name, name_space, settings_.cluster_domain);
  out.name_space = name_space;
  out.resource = &resource;
  out.kubernetes = service;
  out.visibility =
      Visibility(exported_by_annotation(resource), service_defaults(settings_), name_space);
  out.ports = to_ports(service->ports);
  out.range = resource.metadata.name.range;
  keep(std::move(out));
}

void Registry::add_entry(const resource::Resource& resource, std::string_view name_space) {
  const auto* entry = resource.as<resource::ServiceEntry>();
  const Visibility visibility(entry->export_to, service_defaults(settings_), name_space);
  for (const resource::Text& host : *entry->hosts) {
    Service out;
    out.host = *host;
    out.name_space = name_space;
    out.resource = &resource;
    out.entry = entry;
    out.visibility = visibility;
    out.ports = to_ports(entry->ports);
    out.range = host.range;
    keep(std::move(out));
  }
}

void Registry::keep(Service service) {
  const Service& kept = services_.emplace_back(std::move(service));
  by_host_[kept.host].push_back(&kept);
  if (kept.kubernetes == nullptr) return;
  kubernetes_[kept.name_space].push_back(&kept);
  by_name_[*kept.resource->metadata.name].push_back(&kept);
}

const std::vector<const Service*>& Registry::named(std::string_view host) const {
  return lookup(by_host_, host);
}

const Service* Registry::find(std::string_view host, std::string_view client) const {
  const Service* best = nullptr;
  for (const Service* service : named(host)) {
    if (!service->visibility.visible_in(client)) continue;
    if (service->name_space == client) return service;
    if (best == nullptr || (service->kubernetes != nullptr && best->kubernetes == nullptr))
      best = service;
  }
  return best;
}

std::vector<const Service*> Registry::covering(std::string_view name) const {
  std::vector<const Service*> out;
  for (const std::string& pattern : covering_patterns(name)) {
    const auto& found = named(pattern);
    out.insert(out.end(), found.begin(), found.end());
  }
  return out;
}

const std::vector<const Service*>& Registry::kubernetes_in(std::string_view name_space) const {
  return lookup(kubernetes_, name_space);
}

std::vector<const Service*> Registry::kubernetes_named(std::string_view name) const {
  return lookup(by_name_, name);
}

}  // namespace egressctl::mesh
