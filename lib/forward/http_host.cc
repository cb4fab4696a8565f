#include "lib/forward/http_host.h"

#include <optional>
#include <string_view>

#include "lib/base/text.h"

namespace egressctl::forward {
namespace {

HttpHost malformed() {
  return {HttpHostStatus::Malformed, {}};
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view without_port(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

// The authority of "GET http://www.example.com/ HTTP/1.1"; empty for "GET / HTTP/1.1"; nothing for
// what is no request of HTTP/1.
std::optional<std::string_view> authority_of(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  if (!line.substr(last + 1).starts_with("HTTP/1.")) return std::nullopt;
  const std::string_view method = line.substr(0, first);
  std::string_view target = line.substr(first + 1, last - first - 1);
  // A tunnel is asked of a proxy that the client knows; there is none here.
  if (method == "CONNECT" || target.find(' ') != std::string_view::npos) return std::nullopt;
  constexpr std::string_view kScheme = "http://";
  if (to_lower(target.substr(0, kScheme.size())) != kScheme) return std::string_view();
  target.remove_prefix(kScheme.size());
  target = target.substr(0, target.find_first_of("/?#"));
  const std::size_t user = target.rfind('@');
  if (user != std::string_view::npos || target.empty()) return std::nullopt;
  return target;
}

}  // namespace

HttpHost read_http_host(std::span<const std::uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::string_view authority;
  std::optional<std::string_view> host;
  bool first = true;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return text.size() < kMaxHttpHead ? HttpHost{} : malformed();
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (at > kMaxHttpHead) return malformed();
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (first) {
      const auto found = authority_of(line);
      if (!found) return malformed();
      authority = *found;
      first = false;
      continue;
    }
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (colon == std::string_view::npos || name.empty() ||
        name.find_first_of(" \t") != std::string_view::npos)
      return malformed();
    if (to_lower(name) != "host") continue;
    if (host) return malformed();
    host = trimmed(line.substr(colon + 1));
  }
  if (!host) return malformed();
  const std::string_view asked = without_port(authority.empty() ? *host : authority);
  if (asked.empty()) return malformed();
  return {HttpHostStatus::Complete, std::string(asked)};
}

}  // namespace egressctl::forward
