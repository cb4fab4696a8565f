#include "lib/topology/services.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <tuple>

#include "lib/base/number.h"
#include "lib/topology/order.h"

namespace egressctl::topology {
namespace {

const std::map<std::string_view, const Service*> kNoServices;

Resolution resolution_of(const resource::ServiceEntry& entry) {
  switch (*entry.resolution) {
    case resource::Resolution::None:
    case resource::Resolution::Unknown: return Resolution::Passthrough;
    case resource::Resolution::Static: return Resolution::Static;
    case resource::Resolution::Dns: return Resolution::Dns;
    case resource::Resolution::DnsRoundRobin: return Resolution::DnsRoundRobin;
    case resource::Resolution::DynamicDns: return Resolution::DynamicDns;
  }
  return Resolution::Passthrough;
}

bool is_address(std::string_view text, int family) {
  in6_addr buffer{};
  return inet_pton(family, std::string(text).c_str(), &buffer) == 1;
}

// Whether "10.0.0.1/32" means one address only.
bool is_whole(std::string_view address, std::string_view bits) {
  return bits == (is_ipv6(address) ? "128" : "32");
}

bool is_prefix(std::string_view address, std::string_view bits) {
  const int length = parse_number<int>(bits).value_or(-1);
  if (length < 0) return false;
  return (is_ipv4(address) && length <= 32) || (is_ipv6(address) && length <= 128);
}

bool older(const Service& a, const Service& b) {
  if (const int order =
          creation_time(*a.source->resource).compare(creation_time(*b.source->resource));
      order != 0)
    return order < 0;
  // A service of Kubernetes is called by its own name, one of a ServiceEntry by its host.
  const auto name = [](const Service& service) {
    return service.is_kubernetes() ? std::string_view(*service.source->resource->metadata.name)
                                   : service.host;
  };
  if (const int order = name(a).compare(name(b)); order != 0) return order < 0;
  return a.name_space < b.name_space;
}

}  // namespace

bool is_ipv4(std::string_view address) {
  return is_address(address, AF_INET);
}

bool is_ipv6(std::string_view address) {
  return is_address(address, AF_INET6);
}

const mesh::ServicePort* Service::port(std::int64_t number) const {
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const mesh::ServicePort* port) {
    return port->number == number;
  });
  return found != ports.end() ? *found : nullptr;
}

std::string_view Service::external_name() const {
  return resolution == Resolution::Alias ? std::string_view(*source->kubernetes->external_name)
                                         : std::string_view();
}

std::vector<std::string_view> Service::addresses_for(IpMode mode) const {
  // Source: pilot/pkg/model/service.go (GetAddressForProxy): addresses of a ServiceEntry are not
  // chosen by family.
  if (!is_kubernetes()) return addresses;
  std::vector<std::string_view> out;
  for (const std::string_view address : addresses)
    if (mode == IpMode::Dual || is_ipv6(address) == (mode == IpMode::V6)) out.push_back(address);
  if (out.empty()) out.push_back(addresses.front());
  return out;
}

ServiceIndex::ServiceIndex(const mesh::Mesh& mesh) {
  for (const mesh::Service& service : mesh.registry().all()) add(service);
  // istiod gathers Kubernetes' services before those of ServiceEntries.
  std::stable_sort(services_.begin(), services_.end(), [](const Service& a, const Service& b) {
    return a.is_kubernetes() && !b.is_kubernetes();
  });
  std::stable_sort(services_.begin(), services_.end(), older);
  resolve_aliases();
  by_host_.reserve(services_.size());
  std::size_t rank = 0;
  for (Service& service : services_) {
    service.rank = rank++;
    file(service);
  }
}

void ServiceIndex::add(const mesh::Service& service) {
  Service out{.host = service.host,
              .name_space = service.name_space,
              .source = &service,
              .addresses = {},
              .ports = {},
              .aliases = {}};
  out.ports.reserve(service.ports.size());
  for (const mesh::ServicePort& port : service.ports) out.ports.push_back(&port);
  if (service.kubernetes != nullptr) {
    const resource::Service& spec = *service.kubernetes;
    const bool alias =
        *spec.type == resource::ServiceType::ExternalName && !spec.external_name->empty();
    const std::string_view ip = *spec.cluster_ip;
    out.external = alias;
    if (!spec.selector->empty()) out.selector = &spec.selector;
    if (alias) out.resolution = Resolution::Alias;
    if (ip == "None") out.resolution = Resolution::Passthrough;
    if (ip.empty() || ip == "None") {
      out.addresses.push_back(kUnspecifiedIp);
    } else if (spec.cluster_ips->size() > 1) {
      for (const resource::Text& address : *spec.cluster_ips) out.addresses.push_back(*address);
    } else {
      out.addresses.push_back(ip);
    }
    services_.push_back(std::move(out));
    return;
  }
  const resource::ServiceEntry& entry = *service.entry;
  out.external = *entry.location == resource::Location::MeshExternal;
  out.resolution = resolution_of(entry);
  if (entry.workload_selector.present()) out.selector = &entry.workload_selector->labels;
  if (entry.addresses->empty()) {
    out.addresses.push_back(kUnspecifiedIp);
    services_.push_back(std::move(out));
    return;
  }
  for (const resource::Text& written : *entry.addresses) {
    std::string_view address = *written;
    const std::size_t slash = address.find('/');
    if (slash != std::string_view::npos) {
      const std::string_view ip = address.substr(0, slash);
      const std::string_view bits = address.substr(slash + 1);
      if (!is_prefix(ip, bits)) continue;
      if (is_whole(ip, bits)) address = ip;
    } else if (!is_ipv4(address) && !is_ipv6(address)) {
      continue;
    }
    out.addresses = {address};
    services_.push_back(out);
  }
}

// Source: pilot/pkg/model/push_context.go (resolveServiceAliases).
void ServiceIndex::resolve_aliases() {
  std::unordered_map<std::string_view, std::string_view> leads_to;
  std::vector<const Service*> found;
  for (const Service& service : services_) {
    if (service.resolution != Resolution::Alias) continue;
    leads_to[service.host] = service.external_name();
    found.push_back(&service);
  }
  if (found.empty()) return;
  std::sort(found.begin(), found.end(), [](const Service* a, const Service* b) {
    return std::tie(a->name_space, a->host) < std::tie(b->name_space, b->host);
  });
  std::unordered_map<std::string_view, std::vector<std::string_view>> aliases;
  for (const Service* alias : found) {
    std::string_view host = alias->external_name();
    std::size_t steps = 0;
    for (auto next = leads_to.find(host); next != leads_to.end() && steps <= leads_to.size();
         next = leads_to.find(host), ++steps)
      host = next->second;
    // One that leads to itself has no address.
    if (steps <= leads_to.size()) aliases[host].push_back(alias->host);
  }
  for (Service& service : services_) {
    const auto known = aliases.find(service.host);
    if (known != aliases.end()) service.aliases = known->second;
  }
}

void ServiceIndex::file(const Service& service) {
  const Service*& known = by_host_[service.host][service.name_space];
  if (known == nullptr || (!known->is_kubernetes() && service.is_kubernetes())) known = &service;
  const mesh::Visibility& visibility = service.source->visibility;
  if (visibility.everyone()) {
    public_.push_back(&service);
  } else if (!visibility.hidden()) {
    for (const std::string_view name_space : visibility.namespaces())
      exported_[name_space].push_back(&service);
  }
}

std::vector<const Service*> ServiceIndex::visible_in(std::string_view name_space) const {
  std::vector<const Service*> out;
  const auto found = exported_.find(name_space);
  if (found != exported_.end()) out = found->second;
  out.insert(out.end(), public_.begin(), public_.end());
  return out;
}

const std::map<std::string_view, const Service*>& ServiceIndex::of_host(
    std::string_view host) const {
  const auto found = by_host_.find(host);
  return found != by_host_.end() ? found->second : kNoServices;
}

}  // namespace egressctl::topology
