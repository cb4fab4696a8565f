#include "lib/topology/endpoints.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/mesh/identity.h"

namespace egressctl::topology {
namespace {

constexpr std::string_view kTlsMode = "security.istio.io/tlsMode";
constexpr std::string_view kUnix = "unix://";
constexpr std::string_view kSpiffe = "spiffe://";

const ServiceInstances kNoInstances;

bool is_injected(const mesh::Mesh& mesh, const mesh::Workload& workload) {
  if (const std::string_view mode = workload.label(kTlsMode); !mode.empty()) return mode == "istio";
  // The label is put on at injection; a template does not have it yet.
  // That of gateways does not put it on (manifests/charts/istio-control/.../gateway-injection-
  // template.yaml).
  if (workload.resource->kind == resource::Kind::Pod || workload.is_gateway_proxy()) return false;
  const std::string_view inject = workload.label("sidecar.istio.io/inject");
  if (!inject.empty()) return inject == "true";
  const resource::Resource* owner = mesh.namespace_object(workload.name_space);
  if (owner == nullptr) return false;
  const resource::Text* enabled = owner->metadata.labels->find("istio-injection");
  return (enabled != nullptr && **enabled == "enabled") ||
         owner->metadata.labels->find("istio.io/rev") != nullptr;
}

// A container's port of that name and protocol, or 0.
std::uint32_t named_port(const resource::PodSpec& pod, std::string_view name) {
  const auto search = [&](const auto& containers, bool only_sidecars) -> std::uint32_t {
    for (const auto& container : *containers) {
      if (only_sidecars && *container->restart_policy != "Always") continue;
      for (const auto& port : *container->ports)
        if (*port->name == name) return static_cast<std::uint32_t>(*port->container_port);
    }
    return 0;
  };
  const std::uint32_t found = search(pod.containers, false);
  return found != 0 ? found : search(pod.init_containers, true);
}

std::uint32_t target_of(const mesh::ServicePort& port, const mesh::Workload& workload) {
  if (port.target != 0) return static_cast<std::uint32_t>(port.target);
  return workload.spec != nullptr ? named_port(*workload.spec, port.target_name) : 0;
}

std::string address_of(const mesh::Workload& workload) {
  const auto* pod = workload.resource->as<resource::Pod>();
  if (pod != nullptr && !pod->status->pod_ip->empty()) return *pod->status->pod_ip;
  return fmt::format("pod:{}/{}", workload.name_space, *workload.resource->metadata.name);
}

// Source: pilot/pkg/serviceregistry/kube/controller/endpointslice.go (endpointHealthStatus).
enum class Health { Good, Bad, Leaving };

Health health_of(const resource::EndpointConditions& conditions) {
  if (!conditions.ready.present() || *conditions.ready) return Health::Good;
  return !conditions.terminating.present() || *conditions.terminating ? Health::Leaving
                                                                      : Health::Bad;
}

// Of an endpoint outside of Kubernetes.
bool ends_mutual_tls(const resource::WorkloadEntry& entry) {
  if (const resource::Text* mode = entry.labels->find(kTlsMode)) return **mode == "istio";
  return !entry.service_account->empty();
}

Instance to_instance(const resource::WorkloadEntry& entry, const mesh::ServicePort& port) {
  Instance out{.address = *entry.address,
               .port = static_cast<std::uint32_t>(port.target),
               .port_name = port.name,
               .service_port = port.number,
               .labels = &entry.labels,
               .mutual_tls = ends_mutual_tls(entry)};
  const auto* written = entry.ports->find(port.name);
  if (out.address.starts_with(kUnix)) {
    out.port = 0;
  } else if (written != nullptr && **written > 0) {
    out.port = static_cast<std::uint32_t>(**written);
  }
  return out;
}

bool is_dns(const Service& service) {
  return service.resolution == Resolution::Dns || service.resolution == Resolution::DnsRoundRobin;
}

// Source: istio/istio pkg/spiffe (ExpandWithTrustDomains).
void add_aliases(std::vector<std::string>& names, const resource::Texts& aliases) {
  const std::size_t written = names.size();
  for (std::size_t i = 0; i < written; ++i) {
    const std::size_t path = names[i].find('/', kSpiffe.size());
    if (!names[i].starts_with(kSpiffe) || path == std::string::npos) continue;
    for (const resource::Text& alias : *aliases)
      names.push_back(fmt::format("{}{}{}", kSpiffe, *alias, names[i].substr(path)));
  }
}

}  // namespace

bool Instance::has(const resource::TextMap& selector) const {
  return std::all_of(selector->begin(), selector->end(), [&](const auto& wanted) {
    const resource::Text* value = labels != nullptr ? (*labels)->find(wanted.name) : nullptr;
    if (value == nullptr && more_labels != nullptr) value = (*more_labels)->find(wanted.name);
    return value != nullptr && **value == *wanted.entry;
  });
}

std::vector<const Instance*> ServiceInstances::at(const mesh::ServicePort& port) const {
  std::vector<const Instance*> out;
  for (const Instance& instance : instances)
    if (instance.service_port != 0 ? instance.service_port == port.number
                                   : instance.port_name == port.name)
      out.push_back(&instance);
  return out;
}

std::vector<const Instance*> ServiceInstances::named(std::string_view port_name) const {
  std::vector<const Instance*> out;
  for (const Instance& instance : instances)
    if (instance.port_name == port_name) out.push_back(&instance);
  return out;
}

EndpointIndex::EndpointIndex(const mesh::Mesh& mesh, const ServiceIndex& services) {
  for (const mesh::Workload& workload : mesh.workloads().all()) {
    workloads_.emplace(workload.resource, &workload);
    const auto* pod = workload.resource->as<resource::Pod>();
    if (pod != nullptr && !pod->status->pod_ip->empty())
      by_ip_.try_emplace(*pod->status->pod_ip, &workload);
  }
  for (const resource::Resource* resource : mesh.all(resource::Kind::WorkloadEntry))
    entries_[mesh.namespace_of(*resource)].push_back(resource);
  const bool dumped = !mesh.all(resource::Kind::EndpointSlice).empty() ||
                      !mesh.all(resource::Kind::Endpoints).empty();
  add_slices(mesh);
  add_endpoints(mesh);
  if (!dumped) add_pods_of_services(mesh);
  for (const Service& service : services.all()) {
    if (service.is_kubernetes()) {
      add_workload_entries(mesh, service);
    } else {
      add_entry(mesh, service);
    }
  }
  finish(mesh);
}

ServiceInstances& EndpointIndex::slot(std::string_view host, std::string_view name_space) {
  return by_host_[host][name_space];
}

const std::vector<const resource::Resource*>& EndpointIndex::entries_in(
    std::string_view name_space) const {
  static const std::vector<const resource::Resource*> none;
  const auto found = entries_.find(name_space);
  return found != entries_.end() ? found->second : none;
}

void EndpointIndex::add_slices(const mesh::Mesh& mesh) {
  for (const resource::Resource* resource : mesh.all(resource::Kind::EndpointSlice)) {
    const auto* slice = resource->as<resource::EndpointSlice>();
    const std::string_view name_space = mesh.namespace_of(*resource);
    const resource::Text* name = resource->metadata.labels->find("kubernetes.io/service-name");
    if (name == nullptr || *slice->address_type == "FQDN") continue;
    const resource::Resource* owner = mesh.find(resource::Kind::Service, name_space, **name);
    if (owner == nullptr) continue;
    const auto& known = mesh.registry().named(
        fmt::format("{}.{}.svc.{}", **name, name_space, mesh.settings().cluster_domain));
    if (known.empty()) continue;
    ServiceInstances& out = slot(known.front()->host, name_space);
    for (const auto& endpoint : *slice->endpoints) {
      const Health health = health_of(*endpoint->conditions);
      const resource::ObjectRef& target = *endpoint->target_ref;
      const bool is_pod = *target.kind == "Pod";
      for (const resource::Text& address : *endpoint->addresses) {
        const mesh::Workload* pod = nullptr;
        if (is_pod) {
          const resource::Resource* found = mesh.find(
              resource::Kind::Pod,
              target.name_space->empty() ? name_space : std::string_view(*target.name_space),
              *target.name);
          if (found == nullptr) continue;  // istiod waits for the pod
          pod = workloads_.at(found);
        } else if (const auto by_ip = by_ip_.find(*address); by_ip != by_ip_.end()) {
          pod = by_ip->second;
        }
        if (pod != nullptr)
          out.identities.push_back(
              mesh::spiffe_id(mesh.settings(), pod->name_space, pod->service_account()));
        if (health == Health::Leaving) continue;
        for (const auto& port : *slice->ports)
          out.instances.push_back({.address = *address,
                                   .port = static_cast<std::uint32_t>(*port->port),
                                   .port_name = *port->name,
                                   .labels = pod != nullptr ? pod->labels : nullptr,
                                   .mutual_tls = pod != nullptr && is_injected(mesh, *pod),
                                   .healthy = health == Health::Good,
                                   .source = pod != nullptr ? pod->resource : resource});
      }
    }
  }
}

// Kubernetes mirrors an Endpoints that someone wrote into an EndpointSlice.
void EndpointIndex::add_endpoints(const mesh::Mesh& mesh) {
  for (const resource::Resource* resource : mesh.all(resource::Kind::Endpoints)) {
    const std::string_view name_space = mesh.namespace_of(*resource);
    const auto& known = mesh.registry().named(fmt::format(
        "{}.{}.svc.{}", *resource->metadata.name, name_space, mesh.settings().cluster_domain));
    if (known.empty()) continue;
    ServiceInstances& out = slot(known.front()->host, name_space);
    if (!out.instances.empty()) continue;
    for (const auto& subset : *resource->as<resource::Endpoints>()->subsets) {
      for (const auto& address : *subset->addresses) {
        const auto found = by_ip_.find(*address->ip);
        const mesh::Workload* pod = found != by_ip_.end() ? found->second : nullptr;
        if (pod != nullptr)
          out.identities.push_back(
              mesh::spiffe_id(mesh.settings(), pod->name_space, pod->service_account()));
        for (const auto& port : *subset->ports)
          out.instances.push_back({.address = *address->ip,
                                   .port = static_cast<std::uint32_t>(*port->port),
                                   .port_name = *port->name,
                                   .labels = pod != nullptr ? pod->labels : nullptr,
                                   .mutual_tls = pod != nullptr && is_injected(mesh, *pod),
                                   .source = pod != nullptr ? pod->resource : resource});
      }
    }
  }
}

void EndpointIndex::add_pods_of_services(const mesh::Mesh& mesh) {
  for (const mesh::Service& service : mesh.registry().all()) {
    if (service.kubernetes == nullptr || service.kubernetes->selector->empty()) continue;
    const auto pods = mesh.workloads().select(service.name_space, service.kubernetes->selector);
    if (pods.empty()) continue;
    ServiceInstances& out = slot(service.host, service.name_space);
    for (const mesh::Workload* pod : pods) {
      out.identities.push_back(
          mesh::spiffe_id(mesh.settings(), pod->name_space, pod->service_account()));
      for (const mesh::ServicePort& port : service.ports)
        if (const std::uint32_t target = target_of(port, *pod); target != 0)
          out.instances.push_back({.address = address_of(*pod),
                                   .port = target,
                                   .port_name = port.name,
                                   .labels = pod->labels,
                                   .mutual_tls = is_injected(mesh, *pod),
                                   .source = pod->resource});
    }
  }
}

// Source: pilot/pkg/serviceregistry/kube/controller (serviceInstanceFromWorkloadInstance): a
// Service selects WorkloadEntries as it selects pods.
void EndpointIndex::add_workload_entries(const mesh::Mesh& mesh, const Service& service) {
  if (service.selector == nullptr || service.resolution != Resolution::Static) return;
  for (const resource::Resource* resource : entries_in(service.name_space)) {
    const auto& entry = *resource->as<resource::WorkloadEntry>();
    Instance probe;
    probe.labels = &entry.labels;
    probe.more_labels = &resource->metadata.labels;
    const bool is_ip = is_ipv4(*entry.address) || is_ipv6(*entry.address);
    if (!is_ip || !probe.has(*service.selector)) continue;
    ServiceInstances& out = slot(service.host, service.name_space);
    if (!entry.service_account->empty())
      out.identities.push_back(
          mesh::spiffe_id(mesh.settings(), service.name_space, *entry.service_account));
    for (const mesh::ServicePort* port : service.ports) {
      if (port->protocol == resource::Protocol::Udp) continue;
      const bool by_name = port->target == 0;
      const auto* written = entry.ports->find(by_name ? port->target_name : port->name);
      if (by_name && (written == nullptr || **written == 0)) continue;
      const std::int64_t number = written != nullptr && **written != 0 ? **written : port->target;
      out.instances.push_back({.address = *entry.address,
                               .port = static_cast<std::uint32_t>(number),
                               .port_name = port->name,
                               .labels = &entry.labels,
                               .more_labels = &resource->metadata.labels,
                               .mutual_tls = ends_mutual_tls(entry),
                               .source = resource});
    }
  }
}

void EndpointIndex::add_entry(const mesh::Mesh& mesh, const Service& service) {
  const resource::ServiceEntry& entry = *service.source->entry;
  ServiceInstances& out = slot(service.host, service.name_space);
  for (const resource::Text& name : *entry.subject_alt_names) out.identities.push_back(*name);
  const bool one_a_port = service.resolution == Resolution::DnsRoundRobin;
  const auto add = [&](Instance instance) {
    if (one_a_port && std::any_of(out.instances.begin(), out.instances.end(), [&](const auto& old) {
          return old.service_port == instance.service_port;
        }))
      return;
    out.instances.push_back(std::move(instance));
  };
  const auto add_all = [&](const resource::WorkloadEntry& from, const resource::Resource* source,
                           const resource::TextMap* more_labels) {
    if (!from.service_account->empty())
      out.identities.push_back(
          mesh::spiffe_id(mesh.settings(), service.name_space, *from.service_account));
    for (const mesh::ServicePort* port : service.ports) {
      Instance instance = to_instance(from, *port);
      instance.source = source;
      instance.more_labels = more_labels;
      add(std::move(instance));
    }
  };
  if (!entry.workload_selector.present()) {
    for (const auto& endpoint : *entry.endpoints)
      add_all(*endpoint, service.source->resource, nullptr);
    if (entry.endpoints->empty() && is_dns(service))
      for (const mesh::ServicePort* port : service.ports)
        add({.address = std::string(service.host),
             .port = static_cast<std::uint32_t>(port->target),
             .port_name = port->name,
             .service_port = port->number,
             .source = service.source->resource});
    return;
  }
  const resource::TextMap& selector = entry.workload_selector->labels;
  for (const mesh::Workload* pod : mesh.workloads().select(service.name_space, selector)) {
    const auto* spec = pod->resource->as<resource::Pod>();
    if (spec == nullptr || spec->status->pod_ip->empty()) continue;
    out.identities.push_back(
        mesh::spiffe_id(mesh.settings(), pod->name_space, pod->service_account()));
    for (const mesh::ServicePort* port : service.ports)
      add({.address = *spec->status->pod_ip,
           .port = static_cast<std::uint32_t>(port->target),
           .port_name = port->name,
           .service_port = port->number,
           .labels = pod->labels,
           .mutual_tls = is_injected(mesh, *pod),
           .source = pod->resource});
  }
  for (const resource::Resource* resource : entries_in(service.name_space)) {
    const auto& workload = *resource->as<resource::WorkloadEntry>();
    Instance probe;
    probe.labels = &workload.labels;
    probe.more_labels = &resource->metadata.labels;
    const bool is_ip = is_ipv4(*workload.address) || is_ipv6(*workload.address);
    if (probe.has(selector) && (is_ip || workload.address->empty() || is_dns(service)))
      add_all(workload, resource, &resource->metadata.labels);
  }
}

void EndpointIndex::finish(const mesh::Mesh& mesh) {
  const resource::MeshConfig* config = mesh.settings().mesh_config;
  for (auto& [host, by_namespace] : by_host_)
    for (auto& [name_space, service] : by_namespace) {
      std::vector<std::string>& names = service.identities;
      if (config != nullptr && !config->trust_domain_aliases->empty())
        add_aliases(names, config->trust_domain_aliases);
      std::sort(names.begin(), names.end());
      names.erase(std::unique(names.begin(), names.end()), names.end());
    }
}

const ServiceInstances& EndpointIndex::of(std::string_view host,
                                          std::string_view name_space) const {
  const auto found = by_host_.find(host);
  if (found == by_host_.end()) return kNoInstances;
  const auto own = found->second.find(name_space);
  return own != found->second.end() ? own->second : kNoInstances;
}

}  // namespace egressctl::topology
