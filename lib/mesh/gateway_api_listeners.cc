#include "lib/mesh/gateway_api_listeners.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/mesh/gateway_api.h"
#include "lib/mesh/gateway_api_parts.h"
#include "lib/mesh/host.h"
#include "lib/mesh/namespace_labels.h"

namespace egressctl::mesh::gateway_api {
namespace {

using resource::Kind;
using resource::KubernetesGateway;
using resource::Listener;
using resource::ListenerTlsMode;
using resource::Positioned;
using resource::Resource;
using resource::RouteNamespaces;
using resource::ServerTlsMode;

constexpr std::string_view kClass = "istio";
constexpr std::string_view kClassLabel = "gateway.networking.k8s.io/gateway-class-name";
constexpr std::int64_t kStatusPort = 15021;
constexpr GroupKind kGatewayKind = {kGroup, "Gateway"};
constexpr GroupKind kSecretKind = {"", "Secret"};

const std::vector<ListenerParent> kNone;

// Source: gatewaycommon/gateway_utils.go (IsManaged): no address, or a single one that is no host.
bool is_deployed(const KubernetesGateway& gateway) {
  const auto& addresses = *gateway.addresses;
  if (addresses.empty()) return true;
  if (addresses.size() > 1) return false;
  const resource::Text& type = addresses.front()->type;
  return !type.present() || *type == "IPAddress";
}

std::string annotation(const Resource& resource, std::string_view key,
                       const std::string& otherwise) {
  const resource::Text* found = resource.metadata.annotations->find(key);
  return found != nullptr ? **found : otherwise;
}

// Source: gatewaycommon/gateway_utils.go (GetDefaultName).
std::string default_name(const Resource& gateway) {
  return fmt::format("{}-{}", *gateway.metadata.name,
                     *gateway.as<KubernetesGateway>()->gateway_class_name);
}

void set(resource::TextMap& map, std::string_view name, resource::Text value) {
  for (auto& entry : map.value.entries)
    if (entry.name == name) {
      entry.entry = std::move(value);
      return;
    }
  map.value.entries.push_back({std::string(name), std::move(value)});
}

resource::TextMap name_selector(const Resource& gateway) {
  const resource::Text& name = gateway.metadata.name;
  resource::TextMap out = placed(resource::Map<std::string>{}, name);
  set(out, kGatewayNameLabel, name);
  return out;
}

// Source: deploymentcontroller.go (extractServicePorts).
resource::List<resource::ServicePort> ports_of(const KubernetesGateway& gateway) {
  auto out = placed(std::vector<Positioned<resource::ServicePort>>{}, gateway.listeners);
  const auto add = [&](std::string name, std::int64_t number, std::string protocol,
                       const auto& at) {
    resource::ServicePort port;
    port.name = placed(std::move(name), at);
    port.port = placed(number, at);
    port.app_protocol = placed(std::move(protocol), at);
    out.value.push_back(placed(std::move(port), at));
  };
  add("status-port", kStatusPort, "tcp", gateway.listeners);
  std::set<std::int64_t> seen;
  for (const auto& listener : *gateway.listeners)
    if (seen.insert(*listener->port).second)
      add(*listener->name, *listener->port, to_lower(*listener->protocol), listener);
  return out;
}

// Source: manifests/charts/istio-control/istio-discovery/files/kube-gateway.yaml.
// Labels and annotations of the pods are those of `infrastructure`, else the Gateway's own.
//
// Source: deploymentcontroller.go (extractInfrastructureMetadata).
resource::Workload workload_of(const Resource& resource, const std::string& account) {
  const auto& gateway = *resource.as<KubernetesGateway>();
  const resource::Text& name = resource.metadata.name;
  resource::Container container;
  container.name = placed(std::string("istio-proxy"), name);
  resource::PodSpec pod;
  pod.service_account_name = placed(account, name);
  pod.containers = one(std::move(container), name);
  resource::PodTemplate pods;
  pods.spec = placed(std::move(pod), name);
  const auto& infrastructure = *gateway.infrastructure;
  pods.annotations = infrastructure.annotations.present() ? infrastructure.annotations
                                                          : resource.metadata.annotations;
  pods.labels = placed(resource::Map<std::string>{}, name);
  set(pods.labels, "sidecar.istio.io/inject", placed(std::string("false"), name));
  for (const auto& label :
       *(infrastructure.labels.present() ? infrastructure.labels : resource.metadata.labels))
    set(pods.labels, label.name, label.entry);
  set(pods.labels, kGatewayNameLabel, name);
  set(pods.labels, kClassLabel, gateway.gateway_class_name);
  set(pods.labels, "gateway.istio.io/managed",
      placed(std::string("istio.io-gateway-controller"), name));
  resource::Workload out;
  out.pod_template = placed(std::move(pods), name);
  return out;
}

// Source: conversion.go (listenerProtocolToIstio); of a TLS protocol without `tls` no server is
// made (buildListener).
bool is_served(const Listener& listener) {
  const std::string& protocol = *listener.protocol;
  if (protocol == "HTTP" || protocol == "TCP") return true;
  return (protocol == "HTTPS" || protocol == "TLS") && listener.tls.present();
}

}  // namespace

// Source: gatewaycommon/conversion.go (GenerateGatewaySupportedKinds).
bool ListenerParent::takes(Kind route) const {
  const Listener& spec = **listener;
  const std::string& protocol = *spec.protocol;
  bool fits = false;
  switch (route) {
    case Kind::HttpRoute:
    case Kind::GrpcRoute: fits = protocol == "HTTP" || protocol == "HTTPS"; break;
    case Kind::TlsRoute: fits = protocol == "TLS"; break;
    case Kind::TcpRoute:
      fits = protocol == "TCP" || (protocol == "TLS" && spec.tls->mode.present() &&
                                   *spec.tls->mode == ListenerTlsMode::Terminate);
      break;
    default: break;
  }
  const auto& kinds = *spec.allowed_routes->kinds;
  return fits && (kinds.empty() || std::any_of(kinds.begin(), kinds.end(), [&](const auto& kind) {
                    return kind_of(kind->group, kind->kind, {kGroup, ""}) ==
                           GroupKind{kGroup, resource::to_string(route)};
                  }));
}

bool ListenerParent::allows(std::string_view name_space) const {
  return std::any_of(name_spaces.begin(), name_spaces.end(), [&](const std::string& allowed) {
    return allowed == "*" || allowed == name_space;
  });
}

Listeners::Listeners(const Mesh& mesh, const Grants& grants, std::deque<Resource>& out)
    : mesh_(mesh), grants_(grants), out_(out) {
  for (const Resource* gateway : mesh.all(Kind::KubernetesGateway))
    if (*gateway->as<KubernetesGateway>()->gateway_class_name == kClass) add(*gateway);
}

const std::vector<ListenerParent>& Listeners::of(std::string_view name_space,
                                                 std::string_view name) const {
  const auto found = parents_.find(fmt::format("{}/{}", name_space, name));
  return found != parents_.end() ? found->second : kNone;
}

void Listeners::add(const Resource& gateway) {
  const auto& spec = *gateway.as<KubernetesGateway>();
  const resource::TextMap selector = is_deployed(spec) ? deploy(gateway) : selector_of(gateway);
  for (const auto& listener : *spec.listeners)
    if (is_served(*listener)) add_listener(gateway, selector, listener);
}

// Source: conversion.go (buildListener), gateway_collection.go (GatewayCollection).
void Listeners::add_listener(const Resource& gateway, const resource::TextMap& selector,
                             const Positioned<Listener>& listener) {
  const resource::Text& host = listener->hostname;
  ListenerParent parent{.gateway = {},
                        .listener = &listener,
                        .name_spaces = allowed_by(gateway, *listener),
                        .host = host.present() ? *host : "*"};
  const auto& at = host.present() ? host : listener->name;
  std::vector<resource::Text> hosts;
  for (const std::string& name_space : parent.name_spaces)
    hosts.push_back(placed(fmt::format("{}/{}", name_space, parent.host), at));
  // "~" is the namespace of no VirtualService.
  if (hosts.empty()) hosts.push_back(placed(fmt::format("~/{}", parent.host), at));
  resource::Port port;
  port.number = listener->port;
  port.protocol = placed(resource::parse_protocol(*listener->protocol), listener->protocol);
  port.name = placed(std::string("default"), listener->name);
  resource::Server server;
  server.port = placed(std::move(port), listener->port);
  server.hosts = placed(std::move(hosts), at);
  if (listener->tls.present()) server.tls = placed(tls_of(gateway, *listener), listener->tls);
  resource::Gateway out;
  out.selector = selector;
  out.servers = one(std::move(server), listener);
  const std::string name =
      fmt::format("{}~{}~{}", *gateway.metadata.name, kInternalName, *listener->name);
  parent.gateway = fmt::format("{}/{}", mesh_.namespace_of(gateway), name);
  parents_[mesh_.qualified_name(gateway)].push_back(std::move(parent));
  // Without a Service that leads to it, no proxy serves the Gateway.
  if (!selector->empty()) out_.push_back(derive(gateway, Kind::Gateway, name, std::move(out)));
}

// Whether the Secrets exist is not asked: they are seldom among manifests.
//
// Source: conversion.go (buildTLS).
resource::ServerTls Listeners::tls_of(const Resource& gateway, const Listener& listener) const {
  const resource::ListenerTls& tls = *listener.tls;
  const auto mode_at = [&](ServerTlsMode mode) {
    return tls.mode.present() ? placed(mode, tls.mode) : placed(mode, listener.tls);
  };
  resource::ServerTls out;
  if (*tls.mode == ListenerTlsMode::Passthrough) {
    out.mode = mode_at(ServerTlsMode::Passthrough);
    return out;
  }
  out.mode = mode_at(ServerTlsMode::Simple);
  if (const auto* option = tls.options->find("gateway.istio.io/tls-terminate-mode")) {
    if (**option == "MUTUAL") out.mode = placed(ServerTlsMode::Mutual, *option);
    if (**option == "OPTIONAL_MUTUAL") out.mode = placed(ServerTlsMode::OptionalMutual, *option);
    if (**option == "ISTIO_MUTUAL") {
      out.mode = placed(ServerTlsMode::IstioMutual, *option);
      return out;
    }
    if (**option == "ISTIO_SIMPLE") {
      out.credential_name = placed(std::string("builtin://"), *option);
      return out;
    }
  }
  const std::string_view own = mesh_.namespace_of(gateway);
  std::vector<resource::Text> names;
  for (const auto& ref : *tls.certificate_refs) {
    const std::string_view name_space = ref->name_space->empty() ? own : *ref->name_space;
    if (kind_of(ref->group, ref->kind, kSecretKind) == kSecretKind &&
        grants_.allow(kGatewayKind, own, kSecretKind, name_space, *ref->name))
      names.push_back(
          placed(fmt::format("kubernetes-gateway://{}/{}", name_space, *ref->name), ref->name));
  }
  if (names.size() == 1) {
    out.credential_name = names.front();
  } else if (!names.empty()) {
    out.credential_names = placed(std::move(names), tls.certificate_refs);
  }
  return out;
}

// Source: conversion.go (namespacesFromSelector).
std::vector<std::string> Listeners::allowed_by(const Resource& gateway,
                                               const Listener& listener) const {
  const auto& allowed = *listener.allowed_routes->namespaces;
  if (!allowed.from.present() || *allowed.from == RouteNamespaces::Same)
    return {std::string(mesh_.namespace_of(gateway))};
  if (*allowed.from == RouteNamespaces::All) return {"*"};
  if (*allowed.from != RouteNamespaces::Selector) return {};
  if (!allowed.selector.present()) return {"*"};
  std::vector<std::string> out;
  for (const Resource* name_space : mesh_.all(Kind::Namespace)) {
    if (is_selected(*allowed.selector, namespace_labels(*name_space)))
      out.push_back(*name_space->metadata.name);
  }
  return out;
}

// Of a Gateway that names Services: the pods of the first one that there is, of its namespace.
//
// Source: conversion.go (extractGatewayServices), pilot/pkg/model/push_context.go (mergeGateways).
resource::TextMap Listeners::selector_of(const Resource& gateway) const {
  const std::string_view own = mesh_.namespace_of(gateway);
  for (const auto& address : *gateway.as<KubernetesGateway>()->addresses) {
    if (address->type.present() && *address->type != "Hostname") continue;
    const std::string host =
        resolve_short_name(*address->value, own, mesh_.settings().cluster_domain);
    for (const Service* service : mesh_.registry().named(host))
      if (service->kubernetes != nullptr && service->name_space == own)
        return service->kubernetes->selector;
  }
  return {};
}

// Adds the proxy that istiod deploys, as far as the input does not have it.
resource::TextMap Listeners::deploy(const Resource& gateway) {
  const auto& spec = *gateway.as<KubernetesGateway>();
  const std::string_view own = mesh_.namespace_of(gateway);
  const std::string name =
      annotation(gateway, "gateway.istio.io/name-override", default_name(gateway));
  resource::TextMap selector = name_selector(gateway);
  if (mesh_.find(Kind::Service, own, name) == nullptr) {
    resource::Service service;
    service.selector = selector;
    service.ports = ports_of(spec);
    out_.push_back(derive(gateway, Kind::Service, name, std::move(service)));
  }
  if (mesh_.workloads().select(own, selector).empty())
    out_.push_back(
        derive(gateway, Kind::Deployment, name,
               workload_of(gateway, annotation(gateway, "gateway.istio.io/service-account",
                                               default_name(gateway)))));
  return selector;
}

}  // namespace egressctl::mesh::gateway_api
