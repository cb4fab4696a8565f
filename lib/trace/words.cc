#include "lib/trace/words.h"

#include <fmt/format.h>

#include "lib/base/text.h"

namespace egressctl::trace {

std::string describe(const topology::FilterChainMatch& match) {
  std::vector<std::string> out;
  if (!match.server_names.empty()) out.push_back("SNI " + join(match.server_names, ", "));
  if (!match.transport_protocol.empty()) out.push_back("transport " + match.transport_protocol);
  if (!match.application_protocols.empty())
    out.push_back("ALPN " + join(match.application_protocols, ", "));
  if (!match.prefix_ranges.empty()) out.push_back("address " + join(match.prefix_ranges, ", "));
  if (match.destination_port) out.push_back(fmt::format("port {}", *match.destination_port));
  return out.empty() ? "every connection" : join(out, "; ");
}

std::string at(std::string_view host, std::int64_t port) {
  return fmt::format("{}:{}", host, port);
}

}  // namespace egressctl::trace
