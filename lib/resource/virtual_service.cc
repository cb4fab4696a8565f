#include "lib/resource/virtual_service.h"

namespace egressctl::resource {
namespace {

TlsMatch read_tls_match(const Fields& in) {
  return {.sni_hosts = in.texts("sniHosts"),
          .destination_subnets = in.texts("destinationSubnets"),
          .port = in.number("port"),
          .source_labels = in.text_map("sourceLabels"),
          .gateways = in.texts("gateways"),
          .source_namespace = in.text("sourceNamespace")};
}

TlsRoute read_tls_route(const Fields& in) {
  return {.match = in.objects("match", read_tls_match),
          .route = in.objects("route", read_route_destination)};
}

TcpMatch read_tcp_match(const Fields& in) {
  return {.destination_subnets = in.texts("destinationSubnets"),
          .port = in.number("port"),
          .source_subnet = in.text("sourceSubnet"),
          .source_labels = in.text_map("sourceLabels"),
          .gateways = in.texts("gateways"),
          .source_namespace = in.text("sourceNamespace")};
}

TcpRoute read_tcp_route(const Fields& in) {
  return {.match = in.objects("match", read_tcp_match),
          .route = in.objects("route", read_route_destination)};
}

}  // namespace

VirtualService read_virtual_service(const Fields& in) {
  return {.hosts = in.texts("hosts"),
          .gateways = in.texts("gateways"),
          .http = in.objects("http", read_http_route),
          .tls = in.objects("tls", read_tls_route),
          .tcp = in.objects("tcp", read_tcp_route),
          .export_to = in.texts("exportTo")};
}

}  // namespace egressctl::resource
