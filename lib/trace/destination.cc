#include "lib/trace/destination.h"

#include <algorithm>

#include "lib/base/ip_address.h"
#include "lib/base/text.h"
#include "lib/mesh/host.h"

namespace egressctl::trace {
namespace {

bool has_address(const mesh::Service& service, const IpAddress& address) {
  if (service.kubernetes != nullptr)
    return IpAddress::parse(*service.kubernetes->cluster_ip) == address;
  const auto& own = *service.entry->addresses;
  return std::any_of(own.begin(), own.end(), [&](const auto& one) {
    const auto range = IpRange::parse(*one);
    return range && range->contains(address);
  });
}

const mesh::Service* find_service(const mesh::Mesh& mesh, const std::string& host,
                                  const std::string& client) {
  const mesh::Registry& registry = mesh.registry();
  if (const auto address = IpAddress::parse(host)) {
    for (const mesh::Service& service : registry.all())
      if (service.visibility.visible_in(client) && has_address(service, *address)) return &service;
    return nullptr;
  }
  if (const mesh::Service* own = registry.find(host, client)) return own;
  for (const mesh::Service* service : registry.covering(host))
    if (service->visibility.visible_in(client)) return service;
  return nullptr;
}

std::string address_of(const mesh::Service* service) {
  if (service == nullptr || mesh::is_pattern(service->host)) return {};
  if (service->kubernetes != nullptr) {
    const std::string& address = *service->kubernetes->cluster_ip;
    return address == "None" ? std::string() : address;
  }
  // Of a range the first stands for all.
  const auto& addresses = *service->entry->addresses;
  const auto range = addresses.empty() ? std::nullopt : IpRange::parse(*addresses.front());
  return range ? range->start().to_string() : std::string();
}

Protocol guess_protocol(const mesh::Service* service, std::uint32_t number) {
  if (service != nullptr)
    if (const mesh::ServicePort* port = service->port(number)) {
      if (resource::is_tls(port->protocol)) return Protocol::Tls;
      if (resource::is_http(port->protocol)) return Protocol::Http;
    }
  if (number == 443 || number == 8443) return Protocol::Tls;
  return number == 80 || number == 8080 ? Protocol::Http : Protocol::Tcp;
}

}  // namespace

Destination destination_of(const mesh::Mesh& mesh, const Request& request) {
  Destination out;
  out.host = request.host;
  if (!IpAddress::parse(request.host)) {
    out.name = to_lower(request.host);
    out.host = mesh::resolve_short_name(out.name, request.client.name_space,
                                        mesh.settings().cluster_domain);
    if (mesh.registry().named(out.host).empty()) out.host = out.name;
  }
  out.service = find_service(mesh, out.host, request.client.name_space);
  out.address = out.name.empty() ? out.host : address_of(out.service);
  out.protocol = request.protocol.value_or(guess_protocol(out.service, request.port));
  return out;
}

}  // namespace egressctl::trace
