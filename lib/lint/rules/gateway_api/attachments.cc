#include "lib/lint/rules/gateway_api/attachments.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/mesh/namespace_labels.h"

namespace egressctl::lint::rules {
namespace {

using resource::Kind;

constexpr std::string_view kNameOverride = "gateway.istio.io/name-override";

bool is(const resource::Text& field, std::string_view value, std::string_view absent) {
  return (field.present() ? std::string_view(*field) : absent) == value;
}

bool takes_protocol(const resource::Listener& listener, Kind route) {
  const std::string& protocol = *listener.protocol;
  if (protocol == "HTTP" || protocol == "HTTPS")
    return route == Kind::HttpRoute || route == Kind::GrpcRoute;
  if (protocol == "TCP") return route == Kind::TcpRoute;
  if (protocol != "TLS") return true;  // of no standard protocol; its maker decides
  if (route == Kind::TlsRoute) return true;
  return route == Kind::TcpRoute && *listener.tls->mode != resource::ListenerTlsMode::Passthrough;
}

}  // namespace

std::vector<const resource::Resource*> all_routes(const mesh::Mesh& mesh) {
  std::vector<const resource::Resource*> out;
  for (const Kind kind : {Kind::HttpRoute, Kind::GrpcRoute, Kind::TlsRoute, Kind::TcpRoute}) {
    const auto& routes = mesh.all(kind);
    out.insert(out.end(), routes.begin(), routes.end());
  }
  return out;
}

bool is_gateway(const resource::ParentRef& parent) {
  return is(parent.kind, "Gateway", "Gateway") && is(parent.group, kGatewayGroup, kGatewayGroup);
}

bool is_mesh_parent(const resource::ParentRef& parent) {
  return (*parent.kind == "Service" && parent.group->empty()) || *parent.kind == "ServiceEntry";
}

bool is_hostname(const resource::BackendRef& backend) {
  return *backend.kind == "Hostname" && *backend.group == kIstioGroup;
}

bool is_service(const resource::BackendRef& backend) {
  return is(backend.kind, "Service", "Service") && is(backend.group, "", "");
}

std::vector<Attachment> attachments(const mesh::Mesh& mesh) {
  std::vector<Attachment> out;
  for (const resource::Resource* route : all_routes(mesh)) {
    const auto* spec = route->as<resource::KubernetesRoute>();
    for (const auto& parent : *spec->parent_refs) {
      if (!is_gateway(*parent)) continue;
      const resource::Resource* gateway =
          mesh.find(Kind::KubernetesGateway,
                    parent->name_space.present() ? *parent->name_space : mesh.namespace_of(*route),
                    *parent->name);
      if (gateway == nullptr) continue;
      const auto* gateway_spec = gateway->as<resource::KubernetesGateway>();
      if (*gateway_spec->gateway_class_name == kWaypointClass) continue;
      Attachment& found = out.emplace_back(Attachment{.route = route,
                                                      .spec = spec,
                                                      .parent = &parent,
                                                      .gateway = gateway,
                                                      .gateway_spec = gateway_spec,
                                                      .listeners = {}});
      for (const auto& listener : *gateway_spec->listeners)
        if ((parent->section_name->empty() || *parent->section_name == *listener->name) &&
            (!parent->port.present() || *parent->port == *listener->port))
          found.listeners.push_back(&listener);
    }
  }
  return out;
}

bool takes_kind(const resource::Listener& listener, resource::Kind route) {
  if (!takes_protocol(listener, route)) return false;
  const auto& kinds = *listener.allowed_routes->kinds;
  const std::string_view name = resource::to_string(route);
  return kinds.empty() || std::any_of(kinds.begin(), kinds.end(), [&](const auto& kind) {
           return *kind->kind == name && is(kind->group, kGatewayGroup, kGatewayGroup);
         });
}

bool takes_namespace(const mesh::Mesh& mesh, const resource::Listener& listener,
                     std::string_view gateway_namespace, std::string_view route_namespace) {
  const resource::AllowedNamespaces& allowed = *listener.allowed_routes->namespaces;
  const resource::RouteNamespaces from =
      allowed.from.present() ? *allowed.from : resource::RouteNamespaces::Same;
  switch (from) {
    case resource::RouteNamespaces::Same: return gateway_namespace == route_namespace;
    case resource::RouteNamespaces::None: return false;
    case resource::RouteNamespaces::Selector: {
      const resource::Resource* object = mesh.namespace_object(route_namespace);
      return object == nullptr ||
             mesh::is_selected(*allowed.selector, mesh::namespace_labels(*object));
    }
    case resource::RouteNamespaces::All:
    case resource::RouteNamespaces::Unknown: return true;
  }
  return true;
}

std::string service_name(const resource::Resource& gateway) {
  const auto* spec = gateway.as<resource::KubernetesGateway>();
  for (const auto& address : *spec->addresses)
    if (*address->type == "Hostname") {
      // A Service of the Gateway's namespace, by short name or in full.
      return std::string(std::string_view(*address->value).substr(0, address->value->find('.')));
    }
  if (const resource::Text* name = gateway.metadata.annotations->find(kNameOverride)) return **name;
  if (*spec->gateway_class_name == kWaypointClass) return *gateway.metadata.name;
  return fmt::format("{}-{}", *gateway.metadata.name, *spec->gateway_class_name);
}

const resource::Resource* gateway_meant(const mesh::Mesh& mesh, std::string_view name_space,
                                        std::string_view service) {
  const resource::Resource* gateway =
      mesh.find(resource::Kind::KubernetesGateway, name_space, service);
  // How other controllers call their Services is not known.
  if (gateway == nullptr ||
      !gateway->as<resource::KubernetesGateway>()->gateway_class_name->starts_with("istio"))
    return nullptr;
  const std::string own = service_name(*gateway);
  return own.empty() || own == service ||
                 mesh.find(resource::Kind::Service, name_space, service) != nullptr
             ? nullptr
             : gateway;
}

}  // namespace egressctl::lint::rules
