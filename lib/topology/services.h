// The services that istiod knows: those of Kubernetes, and one for each host and address of a
// ServiceEntry.
//
// Source: istio/istio pilot/pkg/serviceregistry/{kube,serviceentry}/conversion.go and
// pilot/pkg/model/push_context.go (initServiceRegistry).
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/mesh/mesh.h"
#include "lib/topology/proxy.h"

namespace egressctl::topology {

inline constexpr std::string_view kUnspecifiedIp = "0.0.0.0";

enum class Resolution {
  Static,  // the endpoints are known
  Dns,     // every address of a name
  DnsRoundRobin,
  Passthrough,  // what the client dialled
  DynamicDns,
  Alias,  // an ExternalName
};

struct Service {
  std::string_view host;
  std::string_view name_space;
  const mesh::Service* source = nullptr;
  Resolution resolution = Resolution::Static;
  bool external = false;                    // outside of the mesh
  std::vector<std::string_view> addresses;  // virtual IPs, or a CIDR; never empty
  std::vector<const mesh::ServicePort*> ports;
  std::vector<std::string_view> aliases;        // hosts of the ExternalNames that lead to it
  const resource::TextMap* selector = nullptr;  // of its endpoints; nullptr: none
  std::size_t rank = 0;                         // its place in istiod's order

  [[nodiscard]] bool is_kubernetes() const { return source->kubernetes != nullptr; }
  [[nodiscard]] bool is_wildcard() const { return host.starts_with('*'); }
  // Whether proxies resolve whatever name of it a client asks for.
  [[nodiscard]] bool is_dynamic() const {
    return is_wildcard() && resolution == Resolution::DynamicDns;
  }
  [[nodiscard]] const mesh::ServicePort* port(std::int64_t number) const;  // or nullptr
  [[nodiscard]] std::string_view external_name() const;

  // The addresses that a proxy of those IP families may dial, the main one first; never empty.
  [[nodiscard]] std::vector<std::string_view> addresses_for(IpMode mode) const;
};

// Immutable; safe to use from several threads.
class ServiceIndex {
 public:
  explicit ServiceIndex(const mesh::Mesh& mesh);
  ServiceIndex(const ServiceIndex&) = delete;
  ServiceIndex& operator=(const ServiceIndex&) = delete;

  // All, in istiod's order.
  [[nodiscard]] const std::deque<Service>& all() const { return services_; }

  // Those that a namespace sees: first those exported to it by name, then the public ones.
  [[nodiscard]] std::vector<const Service*> visible_in(std::string_view name_space) const;

  // The service of that host in each namespace that has one.
  [[nodiscard]] const std::map<std::string_view, const Service*>& of_host(
      std::string_view host) const;

 private:
  void add(const mesh::Service& service);
  void resolve_aliases();
  void file(const Service& service);

  std::deque<Service> services_;
  std::vector<const Service*> public_;
  std::unordered_map<std::string_view, std::vector<const Service*>> exported_;
  std::unordered_map<std::string_view, std::map<std::string_view, const Service*>> by_host_;
  std::deque<std::string> texts_;  // addresses that are written in another form
};

[[nodiscard]] bool is_ipv4(std::string_view address);
[[nodiscard]] bool is_ipv6(std::string_view address);

}  // namespace egressctl::topology
