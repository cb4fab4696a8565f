// The endpoints of services and the identities behind them.
//
// Source: istio/istio pilot/pkg/serviceregistry (kube: endpointslice.go; serviceentry:
// conversion.go) and pilot/pkg/xds/endpoints/endpoint_builder.go.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/mesh/mesh.h"
#include "lib/topology/services.h"

namespace egressctl::topology {

// One address at one port of a service.
struct Instance {
  std::string address;                        // an IP, a host name or "unix://..."
  std::uint32_t port = 0;                     // where it listens; 0 for a socket in the file system
  std::string_view port_name;                 // of the service's port
  std::int64_t service_port = 0;              // its number; 0 for those of Kubernetes
  const resource::TextMap* labels = nullptr;  // nullptr: none
  const resource::TextMap* more_labels = nullptr;  // of its metadata; the others go first
  bool mutual_tls = false;                         // a proxy of the mesh ends TLS there
  bool healthy = true;
  const resource::Resource* source = nullptr;

  // Whether it has all labels of the selector.
  [[nodiscard]] bool has(const resource::TextMap& selector) const;
};

struct ServiceInstances {
  std::vector<Instance> instances;
  std::vector<std::string> identities;  // "spiffe://...", sorted; of servers of the service

  // Those of a port as clusters that resolve names and listeners of headless services see them:
  // Kubernetes' by the port's name, others by its number.
  [[nodiscard]] std::vector<const Instance*> at(const mesh::ServicePort& port) const;

  // Those that istiod sends in EDS. They differ where two ServiceEntries of one host give a port
  // different names.
  [[nodiscard]] std::vector<const Instance*> named(std::string_view port_name) const;
};

// Where the input has neither EndpointSlices nor Endpoints, what Kubernetes would make of its pods
// and pod templates counts; the address of a pod that has none is "pod:NAMESPACE/NAME" then.
//
// Immutable; safe to use from several threads.
class EndpointIndex {
 public:
  EndpointIndex(const mesh::Mesh& mesh, const ServiceIndex& services);

  // Those of the service of that host and namespace.
  [[nodiscard]] const ServiceInstances& of(std::string_view host,
                                           std::string_view name_space) const;

 private:
  void add_slices(const mesh::Mesh& mesh);
  void add_endpoints(const mesh::Mesh& mesh);
  void add_pods_of_services(const mesh::Mesh& mesh);
  void add_workload_entries(const mesh::Mesh& mesh, const Service& service);
  void add_entry(const mesh::Mesh& mesh, const Service& service);
  void finish(const mesh::Mesh& mesh);
  ServiceInstances& slot(std::string_view host, std::string_view name_space);
  [[nodiscard]] const std::vector<const resource::Resource*>& entries_in(
      std::string_view name_space) const;

  std::unordered_map<std::string_view, std::map<std::string_view, ServiceInstances>> by_host_;
  std::unordered_map<const resource::Resource*, const mesh::Workload*> workloads_;
  std::unordered_map<std::string_view, const mesh::Workload*> by_ip_;
  std::unordered_map<std::string_view, std::vector<const resource::Resource*>> entries_;
};

}  // namespace egressctl::topology
