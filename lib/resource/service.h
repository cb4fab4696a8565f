// Service of Kubernetes.
//
// Source: Kubernetes API reference, Service v1.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

enum class ServiceType { ClusterIp, NodePort, LoadBalancer, ExternalName, Unknown };

struct ServicePort {
  Text name;  // "tls-x", "https": its start is the protocol where appProtocol is absent
  Number port;
  Positioned<IntOrString> target_port;  // absent: `port`
  Text protocol;                        // TCP, UDP or SCTP; absent: TCP
  Text app_protocol;
  Number node_port;
};

struct Service {
  Positioned<ServiceType> type;
  Text cluster_ip;  // "None" for a headless one
  Texts cluster_ips;
  TextMap selector;
  List<ServicePort> ports;
  Text external_name;
  Texts external_ips;
  Flag publish_not_ready_addresses;
};

// Reads `spec`.
[[nodiscard]] Service read_service(const Fields& in);

}  // namespace egressctl::resource
