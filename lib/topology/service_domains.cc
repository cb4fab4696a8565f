#include "lib/topology/service_domains.h"

#include <algorithm>

#include <fmt/format.h>

namespace egressctl::topology {
namespace {

void append(std::vector<std::string>& out, std::string_view domain, std::int64_t port) {
  out.push_back(bracketed(domain));
  if (port != 0) out.push_back(with_port(domain, port));
}

}  // namespace

std::vector<std::string> short_forms(const View& view, std::string_view host, std::int64_t port) {
  std::vector<std::string> out;
  const std::string absolute = fmt::format("{}.", host);
  if (!is_ipv4(host) && !is_ipv6(host)) out.push_back(absolute);
  if (port != 0) out.push_back(with_port(absolute, port));
  const std::string suffix = fmt::format(".svc.{}", view.snapshot.mesh.settings().cluster_domain);
  if (!host.ends_with(suffix)) return out;
  const std::size_t svc = host.find(".svc.");
  const std::size_t dot = host.find('.');
  if (svc == 0 || dot + 1 > svc) return out;
  const std::string qualified(host.substr(0, svc));  // "name.namespace"
  if (qualified.substr(dot + 1) == view.proxy.name_space) append(out, host.substr(0, dot), port);
  append(out, qualified, port);
  append(out, qualified + ".svc", port);
  return out;
}

bool Domains::is_short_form(std::string_view domain) const {
  return std::find(short_forms.begin(), short_forms.end(), domain) != short_forms.end();
}

Domains domains_of(const View& view, const Service& service, std::int64_t port) {
  Domains out;
  const auto add = [&](std::string_view host) {
    const std::vector<std::string> forms = short_forms(view, host, port);
    append(out.all, host, port);
    out.all.insert(out.all.end(), forms.begin(), forms.end());
    out.short_forms.insert(out.short_forms.end(), forms.begin(), forms.end());
  };
  add(service.host);
  for (const std::string_view alias : service.aliases) add(alias);
  if (service.resolution == Resolution::Passthrough && service.is_kubernetes()) {
    // A pod of a headless service is called "pod.service".
    const std::vector<std::string> known = out.all;
    for (const std::string& domain : known) out.all.push_back("*." + domain);
  }
  for (const std::string_view address : service.addresses_for(view.proxy.ip_mode()))
    if (address != kUnspecifiedIp) append(out.all, address, port);
  return out;
}

std::string bracketed(std::string_view host) {
  return is_ipv6(host) ? fmt::format("[{}]", host) : std::string(host);
}

std::string with_port(std::string_view host, std::int64_t port) {
  return fmt::format("{}:{}", bracketed(host), port);
}

}  // namespace egressctl::topology
