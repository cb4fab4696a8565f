#include "lib/lint/rules/envoy_filters/listening.h"

#include <string>

#include <fmt/format.h>

#include "lib/lint/rules/envoy_filters/selected_pods.h"
#include "lib/lint/rules/routing/bindings.h"

namespace egressctl::lint::rules {
namespace {

class ListeningIndex {
 public:
  explicit ListeningIndex(const Context& in) {
    for (const resource::Resource* filter : in.mesh().all(resource::Kind::EnvoyFilter)) {
      const auto [entry, added] = by_key_.try_emplace(key_of(in, *filter));
      if (!added) continue;
      Listening& listening = entry->second;
      for (const mesh::Workload* pod : selected_pods(in, *filter))
        for (const mesh::GatewayView* view : in.gateways().at(*pod)) listening.add(*view);
      for (const mesh::GatewayView* view : meant_gateways(in, *filter))
        if (reaches(in, *filter, *view)) listening.add(*view);
    }
  }

  [[nodiscard]] const Listening& of(const Context& in, const resource::Resource& filter) const {
    return by_key_.at(key_of(in, filter));
  }

 private:
  static std::string key_of(const Context& in, const resource::Resource& filter) {
    return fmt::format("{}/{}", in.mesh().namespace_of(filter), selector_key(filter));
  }

  std::unordered_map<std::string, Listening> by_key_;
};

}  // namespace

void Listening::add(const mesh::GatewayView& view) {
  any_port = any_port || (view.pods.empty() && view.services.empty());
  for (const auto& server : *view.gateway->servers) {
    const std::int64_t number = *server->port->number;
    const std::int64_t port = view.pod_port(number);
    ports.insert(port);
    servers.insert(number);
    pod_ports[number] = port;
    for (const resource::Text& host : *server->hosts) server_names.insert(host_part(*host));
  }
  // A server that passes TLS through has a chain for each of its routes.
  for (const mesh::VirtualService* bound : view.bound)
    for (const auto& route : *bound->service->tls)
      for (const auto& match : *route->match)
        for (const resource::Text& name : *match->sni_hosts) server_names.insert(*name);
}

const Listening& listening_of(const Context& in, const resource::Resource& filter) {
  return in.shared<ListeningIndex>().of(in, filter);
}

}  // namespace egressctl::lint::rules
