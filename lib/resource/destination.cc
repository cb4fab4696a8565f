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
  RouteDestination out{.destination = in.object("destination", read_destination),
                       .weight = in.number("weight"),
                       .headers = {}};
  out.headers.range = in.range();
  return out;
}

RouteDestination read_http_destination(const Fields& in) {
  RouteDestination out = read_route_destination(in);
  out.headers = in.object("headers", read_headers);
  return out;
}

}  // namespace egressctl::resource
