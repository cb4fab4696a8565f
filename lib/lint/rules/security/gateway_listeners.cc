#include "lib/lint/rules/security/gateway_listeners.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/mesh/gateway_api.h"
#include "lib/mesh/host.h"
#include "lib/mesh/policy_targets.h"

namespace egressctl::lint::rules {
namespace {

using resource::ServerTlsMode;

}  // namespace

ServerTraits traits_of(const resource::Server& server) {
  const resource::Protocol protocol = *server.port->protocol;
  const ServerTlsMode mode = *server.tls->mode;
  const bool passes = mode == ServerTlsMode::Passthrough || mode == ServerTlsMode::AutoPassthrough;
  return {.http = resource::is_http(protocol) || (protocol == resource::Protocol::Https && !passes),
          .sni = resource::is_tls(protocol),
          .identity = server.tls.present() &&
                      (mode == ServerTlsMode::Mutual || mode == ServerTlsMode::IstioMutual ||
                       mode == ServerTlsMode::OptionalMutual)};
}

void ServerSample::add(const resource::Server& server) {
  const ServerTraits traits = traits_of(server);
  const std::size_t index =
      (traits.http ? 1U : 0U) + (traits.sni ? 2U : 0U) + (traits.identity ? 4U : 0U);
  if (servers_[index] == nullptr) servers_[index] = &server;
}

void ServerSample::add(const ServerSample& other) {
  for (std::size_t i = 0; i < servers_.size(); ++i)
    if (servers_[i] == nullptr) servers_[i] = other.servers_[i];
}

bool ServerSample::empty() const {
  return std::all_of(servers_.begin(), servers_.end(), [](const auto* s) { return s == nullptr; });
}

void GatewayListeners::add(const mesh::GatewayView& view) {
  knows_ports_ = knows_ports_ && !view.services.empty();
  for (const auto& server : *view.gateway->servers) {
    servers_.insert(&*server);
    const std::int64_t number = *server->port->number;
    const std::int64_t pod_port = view.pod_port(number);
    pod_port_.try_emplace(number, pod_port);
    Port& port = ports_[pod_port];
    port.all.add(*server);
    for (const resource::Text& host : *server->hosts) port.by_host[host_part(*host)].add(*server);
  }
}

void GatewayListeners::add_named(const Port& port, std::string_view name, ServerSample& out) {
  if (name.find('*') != std::string_view::npos) return out.add(port.all);
  for (const std::string& pattern : mesh::covering_patterns(name))
    if (const auto found = port.by_host.find(pattern); found != port.by_host.end())
      out.add(found->second);
}

ServerSample GatewayListeners::at(std::span<const std::int64_t> ports,
                                  std::span<const std::string_view> names) const {
  ServerSample out;
  const auto add = [&](const Port& port) {
    if (names.empty()) out.add(port.all);
    for (const std::string_view name : names) add_named(port, name, out);
  };
  if (ports.empty())
    for (const auto& entry : ports_) add(entry.second);
  for (const std::int64_t number : ports)
    if (const auto found = ports_.find(number); found != ports_.end()) add(found->second);
  return out;
}

std::string GatewayListeners::ports() const {
  std::string out;
  for (const auto& entry : ports_) out += fmt::format("{}{}", out.empty() ? "" : ", ", entry.first);
  return out;
}

std::int64_t GatewayListeners::moved_from(std::int64_t server_port) const {
  const auto found = pod_port_.find(server_port);
  return found != pod_port_.end() && found->second != server_port ? found->second : 0;
}

GatewayListenerIndex::GatewayListenerIndex(const Context& in) : in_(in) {
  for (const mesh::GatewayView& view : in.gateways().all()) {
    for (const mesh::Workload* pod : view.pods) by_pod_[pod].add(view);
    if (!view.pods.empty() || view.gateway->selector->empty()) continue;
    const std::vector<std::string_view> own{view.name_space};
    for (const std::string_view place : view.namespaces.empty() ? own : view.namespaces)
      add_absent(view, place);
  }
  for (const auto& entry : by_pod_) ++gateways_in_[entry.first->name_space];
  for (const mesh::Workload& pod : in.mesh().workloads().all())
    if (by_pod_.contains(&pod) && (*pod.labels)->find(mesh::kGatewayNameLabel) != nullptr)
      named_.push_back(&pod);
  for (const mesh::Workload& pod : in.mesh().workloads().all()) ++pods_in_[pod.name_space];
}

void GatewayListenerIndex::add_absent(const mesh::GatewayView& view, std::string_view place) {
  GatewayListeners*& listeners =
      absent_by_name_[fmt::format("{}\n{}", place, mesh::selector_key(view.gateway->selector))];
  if (listeners == nullptr) {
    Absent& absent = absent_.emplace_back(
        Absent{.name_space = place, .selector = &view.gateway->selector, .listeners = {}});
    listeners = &absent.listeners;
    absent_in_[place].push_back(&absent);
  }
  listeners->add(view);
}

bool GatewayListenerIndex::only_gateways(std::string_view name_space) const {
  const auto pods = pods_in_.find(name_space);
  if (pods == pods_in_.end()) return true;
  const auto gateways = gateways_in_.find(name_space);
  return gateways != gateways_in_.end() && gateways->second == pods->second;
}

std::vector<const GatewayListeners*> GatewayListenerIndex::bound(
    std::string_view name_space, const resource::TextMap& selector) const {
  std::vector<const GatewayListeners*> out;
  const bool root = name_space == in_.mesh().settings().root_namespace;
  if (selector->empty() && (root || !only_gateways(name_space))) return out;
  const std::string_view where = root ? std::string_view() : name_space;
  for (const mesh::Workload* pod : in_.mesh().workloads().select(where, selector))
    if (const auto found = by_pod_.find(pod); found != by_pod_.end()) out.push_back(&found->second);
  const auto add_absent = [&](const Absent& absent) {
    if (mesh::is_selected(selector, *absent.selector)) out.push_back(&absent.listeners);
  };
  if (root) {
    for (const Absent& absent : absent_) add_absent(absent);
  } else if (const auto found = absent_in_.find(name_space); found != absent_in_.end()) {
    for (const Absent* absent : found->second) add_absent(*absent);
  }
  return out;
}

std::vector<const GatewayListeners*> GatewayListenerIndex::targeted(
    std::string_view name_space, const std::vector<const resource::TargetRef*>& targets) const {
  std::vector<const GatewayListeners*> out;
  for (const mesh::Workload* pod : named_)
    if (mesh::name_gateway_of(targets, name_space, *pod)) out.push_back(&by_pod_.at(pod));
  return out;
}

}  // namespace egressctl::lint::rules
