#include "lib/topology/proxy.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/mesh/gateway_api.h"
#include "lib/topology/services.h"

namespace egressctl::topology {
namespace {

constexpr std::string_view kProxyContainer = "istio-proxy";

// How people shorten the kinds that make pods.
constexpr std::array<std::pair<std::string_view, resource::Kind>, 8> kShortKinds = {{
    {"deploy", resource::Kind::Deployment},
    {"sts", resource::Kind::StatefulSet},
    {"ds", resource::Kind::DaemonSet},
    {"rs", resource::Kind::ReplicaSet},
    {"po", resource::Kind::Pod},
    {"pods", resource::Kind::Pod},
    {"deployments", resource::Kind::Deployment},
    {"cj", resource::Kind::CronJob},
}};

struct Name {
  std::optional<resource::Kind> kind;
  std::string_view name;
  std::string_view name_space;
};

std::optional<resource::Kind> kind_of(std::string_view word) {
  const std::string lower = to_lower(word);
  for (const auto& [text, kind] : kShortKinds)
    if (lower == text) return kind;
  for (const resource::KindInfo& info : resource::all_kinds())
    if ((resource::is_workload(info.kind) || info.kind == resource::Kind::Pod) &&
        to_lower(info.name) == lower)
      return info.kind;
  return std::nullopt;
}

Name parse_name(std::string_view text, std::string_view default_namespace) {
  Name out{.kind = std::nullopt, .name = text, .name_space = default_namespace};
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    out.kind = kind_of(text.substr(0, slash));
    out.name = text.substr(slash + 1);
    if (!out.kind) out.name_space = text.substr(0, slash);
    if (!out.kind) return out;
  }
  const std::size_t dot = out.name.find('.');
  if (dot == std::string_view::npos) return out;
  out.name_space = out.name.substr(dot + 1);
  out.name = out.name.substr(0, dot);
  return out;
}

bool is_gateway(const mesh::Mesh& mesh, const mesh::Workload& workload) {
  if (const resource::Text* templates = (*workload.annotations)->find("inject.istio.io/templates"))
    for (const std::string_view name : split(**templates, ','))
      if (name == "gateway") return true;
  const auto& containers = *workload.spec->containers;
  if (!containers.empty() &&
      std::all_of(containers.begin(), containers.end(),
                  [](const auto& container) { return *container->name == kProxyContainer; }))
    return true;
  const auto& gateways = mesh.all(resource::Kind::Gateway);
  return std::any_of(gateways.begin(), gateways.end(), [&](const resource::Resource* gateway) {
    const auto& selector = gateway->as<resource::Gateway>()->selector;
    const std::string_view scope = mesh::gateway_scope(mesh, *gateway);
    return !selector->empty() && (scope.empty() || scope == workload.name_space) &&
           mesh::is_selected(selector, *workload.labels);
  });
}

bool is_named(const mesh::Workload& workload, const Name& name) {
  const resource::Resource& resource = *workload.resource;
  return workload.name_space == name.name_space && *resource.metadata.name == name.name &&
         (!name.kind || resource.kind == *name.kind);
}

// A pod that a workload of the input would make is called WORKLOAD-HASH.
bool is_made_by(const mesh::Workload& workload, const Name& name) {
  const std::string_view owner = *workload.resource->metadata.name;
  return workload.resource->kind != resource::Kind::Pod && workload.name_space == name.name_space &&
         name.name.starts_with(owner) && name.name.substr(owner.size()).starts_with('-');
}

std::string names_of(const std::vector<const mesh::Workload*>& workloads) {
  std::vector<std::string> out;
  out.reserve(workloads.size());
  for (const mesh::Workload* workload : workloads)
    out.push_back(fmt::format("{} ({})", resource::display_name(*workload->resource),
                              location(workload->resource->metadata.name.range)));
  return join(out, ", ");
}

}  // namespace

IpMode Proxy::ip_mode() const {
  const auto is_six = [](const std::string& address) { return is_ipv6(address); };
  if (std::none_of(addresses.begin(), addresses.end(), is_six)) return IpMode::V4;
  return std::all_of(addresses.begin(), addresses.end(), is_six) ? IpMode::V6 : IpMode::Dual;
}

bool selects(const resource::TextMap& selector, const Labels& labels) {
  return std::all_of(selector->begin(), selector->end(), [&](const auto& wanted) {
    const auto found = labels.find(wanted.name);
    return found != labels.end() && found->second == *wanted.entry;
  });
}

Proxy proxy_of(const mesh::Mesh& mesh, const mesh::Workload& workload) {
  Proxy out{.type = is_gateway(mesh, workload) ? ProxyType::Router : ProxyType::Sidecar,
            .name = *workload.resource->metadata.name,
            .name_space = std::string(workload.name_space),
            .labels = {},
            .service_account = std::string(workload.service_account()),
            .addresses = {},
            .workload = &workload};
  for (const auto& label : **workload.labels) out.labels.emplace(label.name, *label.entry);
  const auto* pod = workload.resource->as<resource::Pod>();
  if (pod == nullptr) return out;
  const resource::PodStatus& status = *pod->status;
  if (!status.pod_ip->empty()) out.addresses.push_back(*status.pod_ip);
  for (const auto& ip : *status.pod_ips)
    if (*ip->ip != *status.pod_ip) out.addresses.push_back(*ip->ip);
  return out;
}

Result<Proxy> find_proxy(const mesh::Mesh& mesh, std::string_view name) {
  const Name wanted = parse_name(name, mesh.settings().default_namespace);
  std::vector<const mesh::Workload*> found;
  for (const mesh::Workload& workload : mesh.workloads().all())
    if (is_named(workload, wanted)) found.push_back(&workload);
  if (found.empty())
    for (const mesh::Workload& workload : mesh.workloads().all())
      if (is_made_by(workload, wanted)) found.push_back(&workload);
  if (found.empty())
    return fail(ErrorCode::NotFound,
                fmt::format("no Pod or workload \"{}\" in namespace \"{}\"; without one, say what "
                            "the proxy is: --type, --namespace and --labels",
                            wanted.name, wanted.name_space));
  if (found.size() > 1)
    return fail(ErrorCode::Usage,
                fmt::format("\"{}\" may be any of {}; name its kind, as in "
                            "\"deployment/{}.{}\"",
                            name, names_of(found), wanted.name, wanted.name_space));
  return proxy_of(mesh, *found.front());
}

}  // namespace egressctl::topology
