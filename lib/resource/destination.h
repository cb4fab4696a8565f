// Where a route sends traffic to.
//
// Source: istio.io/docs/reference/config/networking/virtual-service/#Destination.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/http_settings.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

// Istio's PortSelector.
struct PortSelector {
  Number number;
};

struct Destination {
  Text host;    // a short name belongs to the namespace of the resource that has it
  Text subset;  // of the DestinationRule for the host
  Positioned<PortSelector> port;
};

// A destination and its share.
struct RouteDestination {
  Positioned<Destination> destination;
  Number weight;
  Positioned<Headers> headers;  // HTTP routes only
};

[[nodiscard]] PortSelector read_port_selector(const Fields& in);
[[nodiscard]] Destination read_destination(const Fields& in);
[[nodiscard]] RouteDestination read_route_destination(const Fields& in);  // of TCP and TLS
[[nodiscard]] RouteDestination read_http_destination(const Fields& in);

}  // namespace egressctl::resource
