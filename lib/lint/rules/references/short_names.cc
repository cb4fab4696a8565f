#include "lib/lint/rules/references/short_names.h"

#include <fmt/format.h>

#include "lib/mesh/host.h"

namespace egressctl::lint::rules {

MeantService meant_service(const mesh::Mesh& mesh, std::string_view host,
                           std::string_view name_space) {
  const std::string& domain = mesh.settings().cluster_domain;
  MeantService out;
  if (host.empty() || mesh::is_pattern(host) ||
      !mesh.registry().named(mesh::resolve_short_name(host, name_space, domain)).empty())
    return out;
  std::string_view name = host;
  if (name.ends_with(".svc")) name.remove_suffix(4);
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) {
    if (name.size() == host.size()) out.services = mesh.registry().kubernetes_named(name);
    return out;
  }
  if (name.find('.', dot + 1) != std::string_view::npos) return out;
  out.services = mesh.registry().named(fmt::format("{}.svc.{}", name, domain));
  return out;
}

}  // namespace egressctl::lint::rules
