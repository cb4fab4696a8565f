#include "lib/mesh/mesh.h"

#include <utility>

#include <fmt/format.h>

namespace egressctl::mesh {
namespace {

const std::vector<const resource::Resource*> kNoResources;
const std::vector<const VirtualService*> kNoRoutes;

std::string key_of(resource::Kind kind, std::string_view name_space, std::string_view name) {
  return fmt::format("{} {}/{}", static_cast<int>(kind), name_space, name);
}

}  // namespace

Mesh::Mesh(std::span<const resource::Resource> resources, const Options& options)
    : Mesh(resources, {}, options) {}

Mesh::Mesh(std::span<const resource::Resource> resources, std::deque<resource::Resource> made,
           const Options& options)
    : resources_(resources),
      made_(std::move(made)),
      settings_(settings_of(resources, options)),
      registry_(settings_),
      rules_(settings_) {
  by_name_.reserve(resources_.size() + made_.size());
  for (const resource::Resource& resource : resources_) add(resource);
  for (const resource::Resource& resource : made_) add(resource);
}

void Mesh::add(const resource::Resource& resource) {
  by_kind_[resource.kind].push_back(&resource);
  if (resource.kind == resource::Kind::Unknown) return;
  const std::string_view name_space = namespace_of(resource);
  by_name_.try_emplace(key_of(resource.kind, name_space, *resource.metadata.name), &resource);
  if (!name_space.empty()) known_namespaces_.insert(name_space);
  if (resource.kind == resource::Kind::Namespace) {
    namespaces_.try_emplace(*resource.metadata.name, &resource);
    known_namespaces_.insert(*resource.metadata.name);
  }
  registry_.add(resource, name_space);
  rules_.add(resource, name_space);
  add_workload(resource, name_space);
  if (resource.kind != resource::Kind::VirtualService) return;
  const VirtualService& routes = routes_.emplace_back(read_routes(resource, name_space, settings_));
  for (const std::string& gateway : routes.gateways) by_gateway_[gateway].push_back(&routes);
  for (const std::string& host : routes.hosts) by_host_[host].push_back(&routes);
}

void Mesh::add_workload(const resource::Resource& resource, std::string_view name_space) {
  Workload out{.name_space = name_space,
               .resource = &resource,
               .labels = &resource.metadata.labels,
               .annotations = &resource.metadata.annotations,
               .spec = nullptr};
  if (const auto* pod = resource.as<resource::Pod>()) {
    out.spec = &*pod->spec;
  } else if (const auto* workload = resource.as<resource::Workload>()) {
    const resource::PodTemplate& pods = *workload->pod_template;
    out.labels = &pods.labels;
    out.annotations = &pods.annotations;
    out.spec = &*pods.spec;
  } else {
    return;
  }
  workloads_.add(out);
}

const std::vector<const resource::Resource*>& Mesh::all(resource::Kind kind) const {
  const auto found = by_kind_.find(kind);
  return found != by_kind_.end() ? found->second : kNoResources;
}

std::string_view Mesh::namespace_of(const resource::Resource& resource) const {
  if (!resource::is_namespaced(resource.kind)) return {};
  const std::string_view written = *resource.metadata.name_space;
  return written.empty() ? std::string_view(settings_.default_namespace) : written;
}

bool Mesh::knows_namespace(std::string_view name) const {
  return known_namespaces_.contains(name);
}

const resource::Resource* Mesh::namespace_object(std::string_view name) const {
  const auto found = namespaces_.find(name);
  return found != namespaces_.end() ? found->second : nullptr;
}

const resource::Resource* Mesh::find(resource::Kind kind, std::string_view name_space,
                                     std::string_view name) const {
  const auto found = by_name_.find(key_of(kind, name_space, name));
  return found != by_name_.end() ? found->second : nullptr;
}

const std::vector<const VirtualService*>& Mesh::bound_to(std::string_view gateway) const {
  const auto found = by_gateway_.find(std::string(gateway));
  return found != by_gateway_.end() ? found->second : kNoRoutes;
}

const std::vector<const VirtualService*>& Mesh::routes_of(std::string_view host) const {
  const auto found = by_host_.find(std::string(host));
  return found != by_host_.end() ? found->second : kNoRoutes;
}

const resource::Resource* Mesh::gateway(std::string_view qualified) const {
  const std::size_t slash = qualified.find('/');
  if (slash == std::string_view::npos) return nullptr;
  return find(resource::Kind::Gateway, qualified.substr(0, slash), qualified.substr(slash + 1));
}

std::string Mesh::qualified_name(const resource::Resource& resource) const {
  return fmt::format("{}/{}", namespace_of(resource), *resource.metadata.name);
}

std::string Mesh::written_name(const resource::Resource& resource) const {
  return fmt::format("{}/{}", namespace_of(resource), resource.resource_name().name);
}

}  // namespace egressctl::mesh
