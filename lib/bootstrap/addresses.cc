#include "lib/bootstrap/addresses.h"

#include <algorithm>
#include <charconv>

namespace egressctl::bootstrap {
namespace {

constexpr std::string_view kUnix = "unix://";
constexpr std::string_view kInternal = "envoy://";

}  // namespace

Json address_of(const std::string& address, std::uint32_t port) {
  if (address.starts_with(kUnix)) return {{"pipe", {{"path", address.substr(kUnix.size())}}}};
  if (address.starts_with(kInternal))
    return {
        {"envoy_internal_address", {{"server_listener_name", address.substr(kInternal.size())}}}};
  return {{"socket_address", {{"address", address}, {"port_value", port}}}};
}

Json range_of(std::string_view cidr) {
  const std::size_t slash = cidr.find('/');
  const std::string_view address = cidr.substr(0, slash);
  int length = address.find(':') == std::string_view::npos ? 32 : 128;
  if (slash != std::string_view::npos)
    std::from_chars(cidr.data() + slash + 1, cidr.data() + cidr.size(), length);
  return {{"address_prefix", address}, {"prefix_len", length}};
}

const EndpointOverride* override_of(const Options& options, std::string_view host,
                                    std::uint32_t port) {
  const auto found = std::find_if(options.endpoints.begin(), options.endpoints.end(),
                                  [&](const EndpointOverride& one) {
                                    return one.host == host && (one.port == 0 || one.port == port);
                                  });
  return found == options.endpoints.end() ? nullptr : &*found;
}

}  // namespace egressctl::bootstrap
