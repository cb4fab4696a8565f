// Endpoints and EndpointSlice: the addresses behind a Service.
//
// Source: Kubernetes API reference, Endpoints v1 and EndpointSlice discovery.k8s.io/v1.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

struct ObjectRef {
  Text kind;
  Text name;
  Text name_space;
};

struct EndpointPort {
  Text name;  // that of the Service's port
  Number port;
  Text protocol;  // absent: TCP
  Text app_protocol;
};

struct EndpointAddress {
  Text ip;
  Text hostname;
  Positioned<ObjectRef> target_ref;
};

struct EndpointSubset {
  List<EndpointAddress> addresses;
  List<EndpointAddress> not_ready_addresses;
  List<EndpointPort> ports;
};

struct Endpoints {
  List<EndpointSubset> subsets;
};

struct EndpointConditions {
  Flag ready;  // absent: true
  Flag serving;
  Flag terminating;
};

struct SliceEndpoint {
  Texts addresses;
  Positioned<EndpointConditions> conditions;
  Text hostname;
  Positioned<ObjectRef> target_ref;
  Text node_name;
  Text zone;
};

// Its Service is named by the label kubernetes.io/service-name.
struct EndpointSlice {
  Text address_type;  // IPv4, IPv6 or FQDN
  List<SliceEndpoint> endpoints;
  List<EndpointPort> ports;
};

// Both read the whole object.
[[nodiscard]] Endpoints read_endpoints(const Fields& in);
[[nodiscard]] EndpointSlice read_endpoint_slice(const Fields& in);

}  // namespace egressctl::resource
