#include "lib/resource/endpoints.h"

namespace egressctl::resource {
namespace {

ObjectRef read_object_ref(const Fields& in) {
  return {.kind = in.text("kind"), .name = in.text("name"), .name_space = in.text("namespace")};
}

EndpointPort read_endpoint_port(const Fields& in) {
  return {.name = in.text("name"),
          .port = in.number("port"),
          .protocol = in.text("protocol"),
          .app_protocol = in.text("appProtocol")};
}

EndpointAddress read_address(const Fields& in) {
  return {.ip = in.text("ip"),
          .hostname = in.text("hostname"),
          .target_ref = in.object("targetRef", read_object_ref)};
}

EndpointSubset read_subset(const Fields& in) {
  return {.addresses = in.objects("addresses", read_address),
          .not_ready_addresses = in.objects("notReadyAddresses", read_address),
          .ports = in.objects("ports", read_endpoint_port)};
}

EndpointConditions read_conditions(const Fields& in) {
  return {.ready = in.flag("ready"),
          .serving = in.flag("serving"),
          .terminating = in.flag("terminating")};
}

SliceEndpoint read_slice_endpoint(const Fields& in) {
  return {.addresses = in.texts("addresses"),
          .conditions = in.object("conditions", read_conditions),
          .hostname = in.text("hostname"),
          .target_ref = in.object("targetRef", read_object_ref),
          .node_name = in.text("nodeName"),
          .zone = in.text("zone")};
}

}  // namespace

Endpoints read_endpoints(const Fields& in) {
  return {.subsets = in.objects("subsets", read_subset)};
}

EndpointSlice read_endpoint_slice(const Fields& in) {
  return {.address_type = in.text("addressType"),
          .endpoints = in.objects("endpoints", read_slice_endpoint),
          .ports = in.objects("ports", read_endpoint_port)};
}

}  // namespace egressctl::resource
