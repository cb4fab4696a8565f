#include "lib/mesh/host.h"

#include <fmt/format.h>

namespace egressctl::mesh {

bool hosts_overlap(std::string_view a, std::string_view b) {
  if (is_pattern(a) && is_pattern(b)) {
    const std::string_view shorter = (a.size() < b.size() ? a : b).substr(1);
    return (a.size() < b.size() ? b : a).ends_with(shorter);
  }
  return is_subset(a, b) || is_subset(b, a);
}

bool is_subset(std::string_view host, std::string_view pattern) {
  if (!is_pattern(pattern)) return host == pattern;
  if (!is_pattern(host)) return host.ends_with(pattern.substr(1));
  return host.size() >= pattern.size() && host.ends_with(pattern.substr(1));
}

std::string resolve_short_name(std::string_view host, std::string_view name_space,
                               std::string_view cluster_domain) {
  const bool short_name = !host.empty() && host.find_first_of("*.:") == std::string_view::npos;
  if (!short_name) return std::string(host);
  return fmt::format("{}.{}.svc.{}", host, name_space, cluster_domain);
}

ServiceName service_name(std::string_view host, std::string_view cluster_domain) {
  constexpr std::string_view kService = ".svc.";
  if (!host.ends_with(cluster_domain)) return {};
  host.remove_suffix(cluster_domain.size());
  if (!host.ends_with(kService)) return {};
  host.remove_suffix(kService.size());
  const std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos) return {};
  return {host.substr(0, dot), host.substr(dot + 1)};
}

std::vector<std::string> covering_patterns(std::string_view host) {
  std::vector<std::string> out{std::string(host)};
  if (host == "*") return out;
  std::size_t dot = host.find('.', host.starts_with("*.") ? 2 : 0);
  for (; dot != std::string_view::npos; dot = host.find('.', dot + 1))
    out.push_back(fmt::format("*{}", host.substr(dot)));
  out.emplace_back("*");
  return out;
}

}  // namespace egressctl::mesh
