#include "lib/resource/port.h"

namespace egressctl::resource {

Positioned<Protocol> read_protocol(const Fields& in, std::string_view key) {
  const Text name = in.text(key);
  return {parse_protocol(*name), name.range, name.key, name.node};
}

Port read_port(const Fields& in) {
  return {.number = in.number("number"),
          .protocol = read_protocol(in, "protocol"),
          .name = in.text("name"),
          .target_port = in.number("targetPort")};
}

}  // namespace egressctl::resource
