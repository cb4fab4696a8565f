#include "lib/lint/rules/tls/client_tls.h"

#include "lib/resource/field_path.h"

namespace egressctl::lint::rules {
namespace {

using resource::TrafficPolicy;

void for_each_in(const TrafficPolicy& policy, const std::function<void(const ClientTls&)>& use) {
  if (policy.tls.present()) use(policy.tls);
  for (const auto& port : *policy.port_level_settings)
    if (port->tls.present()) use(port->tls);
}

}  // namespace

bool originates(const ClientTls& tls) {
  return *tls->mode == resource::ClientTlsMode::Simple ||
         *tls->mode == resource::ClientTlsMode::Mutual;
}

void for_each_client_tls(const resource::DestinationRule& rule,
                         const std::function<void(const ClientTls&)>& use) {
  for_each_in(*rule.traffic_policy, use);
  for (const auto& subset : *rule.subsets) for_each_in(*subset->traffic_policy, use);
}

const resource::PortTrafficPolicy* port_policy(const TrafficPolicy& policy, std::int64_t port) {
  for (const auto& entry : *policy.port_level_settings)
    if (entry->port.present() && *entry->port->number == port) return &*entry;
  return nullptr;
}

const ClientTls* client_tls(const TrafficPolicy& policy, std::int64_t port) {
  const resource::PortTrafficPolicy* entry = port_policy(policy, port);
  const ClientTls& tls = entry != nullptr ? entry->tls : policy.tls;
  return tls.present() ? &tls : nullptr;
}

const ClientTls* client_tls(const std::vector<const mesh::Rule*>& rules, std::string_view subset,
                            std::int64_t port) {
  const TrafficPolicy* own = nullptr;
  if (!subset.empty())
    if (const auto* found = mesh::find_subset(rules, subset);
        found != nullptr && (*found)->traffic_policy.present())
      own = &*(*found)->traffic_policy;
  if (own != nullptr) {
    // What an entry for the port leaves out has its default, whatever is said around it.
    const ClientTls* tls = client_tls(*own, port);
    if (tls != nullptr || port_policy(*own, port) != nullptr) return tls;
  }
  for (const mesh::Rule* rule : rules)
    if (rule->rule->traffic_policy.present()) return client_tls(*rule->rule->traffic_policy, port);
  return nullptr;
}

const ClientTls* client_tls(const Context& in, const Hop& hop, std::int64_t port) {
  const std::string& host = hop.target->host;
  const std::string& subset = *hop.target->destination->subset;
  const std::string_view owner = owner_of(in.mesh(), host, hop.client);
  return client_tls(in.rules().deciding(hop.client, host, owner, subset), subset, port);
}

std::string tls_field(const resource::Resource& rule, const ClientTls& tls, std::string_view name) {
  return resource::join_path(rule.field_path(tls.range), name);
}

}  // namespace egressctl::lint::rules
