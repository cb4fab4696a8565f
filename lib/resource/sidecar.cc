#include "lib/resource/sidecar.h"

namespace egressctl::resource {
namespace {

constexpr Word<CaptureMode> kCaptureModes[] = {{"DEFAULT", CaptureMode::Default},
                                               {"IPTABLES", CaptureMode::IpTables},
                                               {"NONE", CaptureMode::None}};

SidecarEgress read_egress(const Fields& in) {
  return {.port = in.object("port", read_port),
          .bind = in.text("bind"),
          .capture_mode = in.choice("captureMode", kCaptureModes),
          .hosts = in.texts("hosts")};
}

SidecarIngress read_ingress(const Fields& in) {
  return {.port = in.object("port", read_port),
          .bind = in.text("bind"),
          .capture_mode = in.choice("captureMode", kCaptureModes),
          .default_endpoint = in.text("defaultEndpoint"),
          .tls = in.object("tls", read_server_tls),
          .connection_pool = in.object("connectionPool", read_connection_pool)};
}

}  // namespace

Sidecar read_sidecar(const Fields& in) {
  return {.workload_selector = in.object("workloadSelector", read_workload_selector),
          .ingress = in.objects("ingress", read_ingress),
          .egress = in.objects("egress", read_egress),
          .outbound_traffic_policy = in.object("outboundTrafficPolicy", read_outbound_policy),
          .inbound_connection_pool = in.object("inboundConnectionPool", read_connection_pool)};
}

}  // namespace egressctl::resource
