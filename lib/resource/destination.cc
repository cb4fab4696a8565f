#include "lib/resource/destination.h"

namespace egressctl::resource {

PortSelector read_port_selector(const Fields& in) {
  return {.number = in.number("number")};
}

Destination read_destination(const Fields& in) {
  return {.host = in.text("host"),
          .subset = in.text("subset"),
          .port = in.object("port", read_port_selector)};
}

RouteDestination read_route_destination(const Fields& in) {
  return {.destination = in.object("destination", read_destination), .weight = in.number("weight")};
}

}  // namespace egressctl::resource
