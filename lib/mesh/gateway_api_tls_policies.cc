#include "lib/mesh/gateway_api_tls_policies.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/mesh/gateway_api_parts.h"
#include "lib/mesh/gateway_api_references.h"
#include "lib/resource/backend_tls_policy.h"

namespace egressctl::mesh::gateway_api {
namespace {

using resource::BackendTlsPolicy;
using resource::BackendTlsTarget;
using resource::ClientTls;
using resource::Kind;
using resource::Positioned;
using resource::Resource;
using resource::Text;

constexpr GroupKind kServiceKind = {"", "Service"};
constexpr GroupKind kEntryKind = {kIstioGroup, "ServiceEntry"};

// Source: pilot/pkg/config/kube/gateway/backend_policies.go (IgnorePolicyAttachment).
bool is_ignored(const Resource& policy) {
  const Text* ignored = policy.metadata.annotations->find("istio.io/ignore-policy-attachment");
  return ignored != nullptr && to_lower(**ignored) == "true";
}

ClientTls tls_of(const BackendTlsPolicy& policy) {
  const auto& validation = policy.validation;
  ClientTls out;
  out.mode = placed(resource::ClientTlsMode::Simple, validation);
  out.sni = validation->hostname;
  std::vector<Text> names;
  for (const auto& name : *validation->subject_alt_names)
    names.push_back(*name->type == "URI" ? name->uri : name->hostname);
  out.subject_alt_names = placed(std::move(names), validation->subject_alt_names);
  return out;
}

// A Service or a ServiceEntry that policies are for.
struct Target {
  const Resource* resource = nullptr;
  std::vector<Text> hosts;
  std::vector<std::pair<std::string_view, std::int64_t>> ports;  // names and numbers
};

// Services that were made for Gateways, by "namespace/name".
using MadeServices = std::unordered_map<std::string, const Resource*>;

std::optional<Target> find_target(const Mesh& mesh, const MadeServices& made,
                                  std::string_view name_space, const BackendTlsTarget& ref) {
  const GroupKind kind = kind_of(ref.group, ref.kind, kServiceKind);
  if (kind != kServiceKind && kind != kEntryKind) return std::nullopt;
  Target out;
  out.resource =
      mesh.find(kind == kServiceKind ? Kind::Service : Kind::ServiceEntry, name_space, *ref.name);
  if (out.resource == nullptr && kind == kServiceKind)
    if (const auto found = made.find(fmt::format("{}/{}", name_space, *ref.name));
        found != made.end())
      out.resource = found->second;
  if (out.resource == nullptr) return std::nullopt;
  if (const auto* entry = out.resource->as<resource::ServiceEntry>()) {
    out.hosts = *entry->hosts;
    for (const auto& port : *entry->ports) out.ports.emplace_back(*port->name, *port->number);
    return out;
  }
  out.hosts = {
      placed(fmt::format("{}.{}.svc.{}", *ref.name, name_space, mesh.settings().cluster_domain),
             ref.name)};
  for (const auto& port : *out.resource->as<resource::Service>()->ports)
    out.ports.emplace_back(*port->name, *port->port);
  return out;
}

// What policies say of one target: the oldest of those for all of its ports, and for each port.
struct Merged {
  Target target;
  const Resource* origin = nullptr;          // the first that counts
  const BackendTlsPolicy* policy = nullptr;  // what it says
  const BackendTlsPolicy* all = nullptr;
  std::vector<std::pair<std::int64_t, const BackendTlsPolicy*>> ports;
};

class Converter {
 public:
  Converter(const Mesh& mesh, std::deque<Resource>& out) : mesh_(mesh), out_(out) {
    for (const Resource& resource : out)
      if (resource.kind == Kind::Service) made_.emplace(mesh.qualified_name(resource), &resource);
  }

  void convert() {
    std::vector<const Resource*> policies;
    for (const Resource* resource : mesh_.all(Kind::Unknown))
      if (resource->api_version.group == kGroup && *resource->kind_name == "BackendTLSPolicy" &&
          !is_ignored(*resource))
        policies.push_back(resource);
    const auto age = [&](const Resource* policy) {
      return std::make_tuple(std::string_view(*policy->metadata.creation_timestamp),
                             mesh_.namespace_of(*policy), std::string_view(*policy->metadata.name));
    };
    std::stable_sort(policies.begin(), policies.end(),
                     [&](const Resource* a, const Resource* b) { return age(a) < age(b); });
    for (const Resource* resource : policies) {
      const BackendTlsPolicy& policy =
          read_.emplace_back(resource::read_backend_tls_policy(*resource->node));
      for (const auto& ref : *policy.target_refs) add(*resource, policy, *ref);
    }
    for (const Merged& merged : merged_) make(merged);
  }

 private:
  void add(const Resource& resource, const BackendTlsPolicy& policy, const BackendTlsTarget& ref) {
    auto target = find_target(mesh_, made_, mesh_.namespace_of(resource), ref);
    if (!target) return;
    std::int64_t number = 0;
    if (const std::string& section = *ref.section_name; !section.empty()) {
      const auto port = std::find_if(target->ports.begin(), target->ports.end(),
                                     [&](const auto& each) { return each.first == section; });
      if (port == target->ports.end()) return;
      number = port->second;
    }
    Merged& merged = merged_of(*std::move(target), resource, policy);
    if (number == 0) {
      if (merged.all == nullptr) merged.all = &policy;
      return;
    }
    if (std::none_of(merged.ports.begin(), merged.ports.end(),
                     [&](const auto& known) { return known.first == number; }))
      merged.ports.emplace_back(number, &policy);
  }

  Merged& merged_of(Target target, const Resource& origin, const BackendTlsPolicy& policy) {
    Merged*& known = by_target_[target.resource];
    if (known == nullptr)
      known = &merged_.emplace_back(Merged{std::move(target), &origin, &policy, nullptr, {}});
    return *known;
  }

  // Source: pilot/pkg/config/kube/gateway/backend_policies.go (DestinationRuleCollection,
  // generateDRName).
  void make(const Merged& merged) {
    const auto& at = merged.policy->validation;
    resource::TrafficPolicy policy;
    if (merged.all != nullptr) policy.tls = placed(tls_of(*merged.all), merged.all->validation);
    std::vector<Positioned<resource::PortTrafficPolicy>> ports;
    for (const auto& [number, own] : merged.ports) {
      resource::PortTrafficPolicy port;
      port.port = placed(resource::PortSelector{.number = placed(number, own->validation)},
                         own->validation);
      port.tls = placed(tls_of(*own), own->validation);
      ports.push_back(placed(std::move(port), own->validation));
    }
    policy.port_level_settings = placed(std::move(ports), at);
    const std::string& name = *merged.target.resource->metadata.name;
    for (const Text& host : merged.target.hosts) {
      resource::DestinationRule rule;
      rule.host = placed(*host, at);
      rule.traffic_policy = placed(policy, at);
      std::string dashed = *host;
      std::replace(dashed.begin(), dashed.end(), '.', '-');
      out_.push_back(derive(*merged.origin, Kind::DestinationRule,
                            merged.target.resource->kind == Kind::ServiceEntry
                                ? fmt::format("{}~{}~{}", name, dashed, kInternalName)
                                : fmt::format("{}~{}", name, kInternalName),
                            std::move(rule)));
    }
  }

  const Mesh& mesh_;
  std::deque<Resource>& out_;
  MadeServices made_;
  std::deque<BackendTlsPolicy> read_;
  std::deque<Merged> merged_;
  std::unordered_map<const Resource*, Merged*> by_target_;
};

}  // namespace

void add_tls_policies(const Mesh& mesh, std::deque<Resource>& out) {
  Converter(mesh, out).convert();
}

}  // namespace egressctl::mesh::gateway_api
