// The index of a set of resources: what there is, under the names by which proxies find it.
//
// Built once, then immutable and safe to read from several threads. It points into the resources,
// which must outlive it. No lookup goes through all of them.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lib/mesh/destination_rules.h"
#include "lib/mesh/registry.h"
#include "lib/mesh/routes.h"
#include "lib/mesh/settings.h"
#include "lib/mesh/workload.h"
#include "lib/resource/resource.h"

namespace egressctl::mesh {

class Mesh {
 public:
  Mesh(std::span<const resource::Resource> resources, const Options& options);

  // With others that were made of them, such as those of with_gateway_api(), which all lookups
  // but resources() find behind those of the input.
  Mesh(std::span<const resource::Resource> resources, std::deque<resource::Resource> made,
       const Options& options);
  Mesh(const Mesh&) = delete;
  Mesh& operator=(const Mesh&) = delete;

  [[nodiscard]] const Settings& settings() const { return settings_; }
  // Those of the input.
  [[nodiscard]] std::span<const resource::Resource> resources() const { return resources_; }

  // The resources of a kind, in the order of the input.
  [[nodiscard]] const std::vector<const resource::Resource*>& all(resource::Kind kind) const;

  // The namespace of a resource: the written one, else the default; empty for cluster-wide kinds.
  [[nodiscard]] std::string_view namespace_of(const resource::Resource& resource) const;

  // Whether a resource of the input lives in the namespace, or is it.
  [[nodiscard]] bool knows_namespace(std::string_view name) const;

  // The Namespace object, or nullptr.
  [[nodiscard]] const resource::Resource* namespace_object(std::string_view name) const;

  // The resource of that kind, namespace and name, or nullptr; of several the first.
  [[nodiscard]] const resource::Resource* find(resource::Kind kind, std::string_view name_space,
                                               std::string_view name) const;

  [[nodiscard]] const Registry& registry() const { return registry_; }
  [[nodiscard]] const DestinationRules& rules() const { return rules_; }
  [[nodiscard]] const WorkloadIndex& workloads() const { return workloads_; }
  [[nodiscard]] const std::deque<VirtualService>& routes() const { return routes_; }

  // The VirtualServices bound to "mesh" or "namespace/name", in the order of the input.
  [[nodiscard]] const std::vector<const VirtualService*>& bound_to(std::string_view gateway) const;

  // The VirtualServices with exactly this (resolved) host among theirs.
  [[nodiscard]] const std::vector<const VirtualService*>& routes_of(std::string_view host) const;

  // Istio's Gateway of "namespace/name", or nullptr.
  [[nodiscard]] const resource::Resource* gateway(std::string_view qualified) const;

  // "namespace/name" of a resource.
  [[nodiscard]] std::string qualified_name(const resource::Resource& resource) const;

  // The same by the name that is written, of a resource that was made of another one.
  [[nodiscard]] std::string written_name(const resource::Resource& resource) const;

 private:
  void add(const resource::Resource& resource);
  void add_workload(const resource::Resource& resource, std::string_view name_space);

  std::span<const resource::Resource> resources_;
  std::deque<resource::Resource> made_;
  Settings settings_;
  Registry registry_;
  DestinationRules rules_;
  WorkloadIndex workloads_;
  std::deque<VirtualService> routes_;
  std::unordered_map<resource::Kind, std::vector<const resource::Resource*>> by_kind_;
  std::unordered_map<std::string, const resource::Resource*> by_name_;  // "Kind namespace/name"
  std::unordered_map<std::string_view, const resource::Resource*> namespaces_;
  std::unordered_set<std::string_view> known_namespaces_;
  std::unordered_map<std::string, std::vector<const VirtualService*>> by_gateway_;
  std::unordered_map<std::string, std::vector<const VirtualService*>> by_host_;
};

}  // namespace egressctl::mesh
