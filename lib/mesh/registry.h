// All hosts that proxies may know of, and which of them a namespace sees.
//
// Source: istio/istio pilot/pkg/model/push_context.go (ServiceForHostname,
// servicesExportedToNamespace).
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/mesh/service.h"
#include "lib/mesh/settings.h"

namespace egressctl::mesh {

// Immutable once filled; safe to read from several threads.
class Registry {
 public:
  explicit Registry(const Settings& settings) : settings_(settings) {}

  // Adds the hosts of a Service or ServiceEntry; other kinds have none.
  void add(const resource::Resource& resource, std::string_view name_space);

  [[nodiscard]] const std::deque<Service>& all() const { return services_; }

  // The services of exactly this host (wildcards by their text), in the order of the input.
  [[nodiscard]] const std::vector<const Service*>& named(std::string_view host) const;

  // The service that proxies of `client` take for exactly this host: one of their own namespace
  // first, then Kubernetes' before ServiceEntries, then the first; nullptr when they see none.
  [[nodiscard]] const Service* find(std::string_view host, std::string_view client) const;

  // The services whose host is, or is a wildcard over, `name`; the most specific first.
  [[nodiscard]] std::vector<const Service*> covering(std::string_view name) const;

  // The Services of Kubernetes in a namespace.
  [[nodiscard]] const std::vector<const Service*>& kubernetes_in(std::string_view name_space) const;

  // The Services of Kubernetes with that name in any namespace.
  [[nodiscard]] std::vector<const Service*> kubernetes_named(std::string_view name) const;

 private:
  void add_kubernetes(const resource::Resource& resource, std::string_view name_space);
  void add_entry(const resource::Resource& resource, std::string_view name_space);
  void keep(Service service);

  const Settings& settings_;
  std::deque<Service> services_;
  std::unordered_map<std::string_view, std::vector<const Service*>> by_host_;
  std::unordered_map<std::string_view, std::vector<const Service*>> kubernetes_;
  std::unordered_map<std::string_view, std::vector<const Service*>> by_name_;
};

}  // namespace egressctl::mesh
