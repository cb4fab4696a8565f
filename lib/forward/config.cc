#include "lib/forward/config.h"

#include <set>
#include <utility>

#include <fmt/format.h>

namespace egressctl::forward {
namespace {

constexpr std::string_view kPassed = "systemd:";

void add_files(const TlsConfig& tls, std::set<std::string>& out) {
  for (const std::string* path : {&tls.files.certificates, &tls.files.key, &tls.files.authorities})
    if (!path->empty()) out.insert(*path);
}

void add_files(const std::vector<RouteConfig>& routes, std::set<std::string>& out) {
  for (const RouteConfig& route : routes) {
    if (route.tls) add_files(*route.tls, out);
    add_files(route.choices, out);
    if (!route.termination) continue;
    add_files(route.termination->tls, out);
    add_files(route.termination->inside, out);
  }
}

}  // namespace

Result<ListenerConfig> listener_at(std::string_view text) {
  ListenerConfig out;
  out.name = text;
  if (text.starts_with(kPassed)) {
    out.socket_name = text.substr(kPassed.size());
    if (out.socket_name.empty())
      return fail(ErrorCode::Usage,
                  fmt::format("\"{}\" names no socket: expected systemd:NAME, with the "
                              "FileDescriptorName= of the socket unit",
                              text));
    return out;
  }
  auto address = SocketAddress::parse(text);
  if (!address) return fail(address.error().code, address.error().message + " or systemd:NAME");
  out.address = std::move(*address);
  return out;
}

std::vector<const RouteConfig*> ways_of(const RouteConfig& route) {
  if (route.choices.empty()) return {&route};
  std::vector<const RouteConfig*> out;
  for (const RouteConfig& choice : route.choices) {
    const auto ways = ways_of(choice);
    out.insert(out.end(), ways.begin(), ways.end());
  }
  return out;
}

std::vector<std::string> credential_files(const Config& config) {
  std::set<std::string> out;
  for (const ListenerConfig& listener : config.listeners) {
    add_files(listener.routes, out);
    add_files(listener.plain, out);
  }
  return {out.begin(), out.end()};
}

}  // namespace egressctl::forward
