#include "lib/resource/kubernetes_gateway.h"

namespace egressctl::resource {
namespace {

constexpr Word<ListenerTlsMode> kTlsModes[] = {{"Terminate", ListenerTlsMode::Terminate},
                                               {"Passthrough", ListenerTlsMode::Passthrough}};

constexpr Word<RouteNamespaces> kNamespaces[] = {{"Same", RouteNamespaces::Same},
                                                 {"All", RouteNamespaces::All},
                                                 {"Selector", RouteNamespaces::Selector},
                                                 {"None", RouteNamespaces::None}};

LocalRef read_local_ref(const Fields& in) {
  return {.group = in.text("group"),
          .kind = in.text("kind"),
          .name = in.text("name"),
          .name_space = in.text("namespace")};
}

ListenerTls read_listener_tls(const Fields& in) {
  return {.mode = in.choice("mode", kTlsModes),
          .certificate_refs = in.objects("certificateRefs", read_local_ref),
          .options = in.text_map("options")};
}

AllowedNamespaces read_allowed_namespaces(const Fields& in) {
  return {.from = in.choice("from", kNamespaces),
          .selector = in.object("selector", read_label_selector)};
}

RouteKind read_route_kind(const Fields& in) {
  return {.group = in.text("group"), .kind = in.text("kind")};
}

AllowedRoutes read_allowed_routes(const Fields& in) {
  return {.namespaces = in.object("namespaces", read_allowed_namespaces),
          .kinds = in.objects("kinds", read_route_kind)};
}

Listener read_listener(const Fields& in) {
  return {.name = in.text("name"),
          .hostname = in.text("hostname"),
          .port = in.number("port"),
          .protocol = in.text("protocol"),
          .tls = in.object("tls", read_listener_tls),
          .allowed_routes = in.object("allowedRoutes", read_allowed_routes)};
}

GatewayAddress read_gateway_address(const Fields& in) {
  return {.type = in.text("type"), .value = in.text("value")};
}

GatewayInfrastructure read_infrastructure(const Fields& in) {
  return {.labels = in.text_map("labels"), .annotations = in.text_map("annotations")};
}

}  // namespace

KubernetesGateway read_kubernetes_gateway(const Fields& in) {
  return {.gateway_class_name = in.text("gatewayClassName"),
          .listeners = in.objects("listeners", read_listener),
          .addresses = in.objects("addresses", read_gateway_address),
          .infrastructure = in.object("infrastructure", read_infrastructure)};
}

}  // namespace egressctl::resource
