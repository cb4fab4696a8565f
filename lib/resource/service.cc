#include "lib/resource/service.h"

namespace egressctl::resource {
namespace {

constexpr Word<ServiceType> kTypes[] = {{"ClusterIP", ServiceType::ClusterIp},
                                        {"NodePort", ServiceType::NodePort},
                                        {"LoadBalancer", ServiceType::LoadBalancer},
                                        {"ExternalName", ServiceType::ExternalName}};

ServicePort read_service_port(const Fields& in) {
  return {.name = in.text("name"),
          .port = in.number("port"),
          .target_port = in.int_or_string("targetPort"),
          .protocol = in.text("protocol"),
          .app_protocol = in.text("appProtocol"),
          .node_port = in.number("nodePort")};
}

}  // namespace

Service read_service(const Fields& in) {
  return {.type = in.choice("type", kTypes),
          .cluster_ip = in.text("clusterIP"),
          .cluster_ips = in.texts("clusterIPs"),
          .selector = in.text_map("selector"),
          .ports = in.objects("ports", read_service_port),
          .external_name = in.text("externalName"),
          .external_ips = in.texts("externalIPs"),
          .publish_not_ready_addresses = in.flag("publishNotReadyAddresses")};
}

}  // namespace egressctl::resource
