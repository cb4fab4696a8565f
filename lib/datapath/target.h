// Where a person says that connections lead.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace egressctl::datapath {

struct Target {
  std::string host;  // a name, an address, or "unix:PATH"
  std::uint16_t port = 443;
};

// "IP:PORT", "[IPV6]:PORT", "NAME:PORT", "NAME", "unix:PATH".
[[nodiscard]] std::optional<Target> parse_target(std::string_view text);

}  // namespace egressctl::datapath
