#include "lib/topology/authorization.h"

#include <map>

#include "lib/mesh/policy_targets.h"
#include "lib/topology/attachment.h"
#include "lib/topology/order.h"

namespace egressctl::topology {
namespace {

using resource::AuthorizationAction;

constexpr AuthorizationAction kOrder[] = {AuthorizationAction::Audit, AuthorizationAction::Deny,
                                          AuthorizationAction::Allow};

AuthorizationAction action_of(const resource::Resource& policy) {
  return *policy.as<resource::AuthorizationPolicy>()->action;
}

bool applies(const resource::AuthorizationPolicy& policy, std::string_view name_space,
             const Proxy& proxy) {
  return attaches({.name_space = name_space,
                   .selector = policy.selector.present() ? &policy.selector->match_labels : nullptr,
                   .target_ref = &policy.target_ref,
                   .target_refs = &policy.target_refs},
                  proxy);
}

}  // namespace

PolicyIndex::PolicyIndex(const mesh::Mesh& mesh) : root_(mesh.settings().root_namespace) {
  for (const resource::Resource* policy : by_age(mesh, resource::Kind::AuthorizationPolicy))
    policies_[mesh.namespace_of(*policy)].push_back(policy);
  if (mesh.settings().mesh_config == nullptr) return;
  for (const auto& provider : *mesh.settings().mesh_config->extension_providers) {
    const auto has = [&](std::string_view key) { return provider.node->find(key) != nullptr; };
    providers_[*provider->name] = has("envoyExtAuthzGrpc")   ? Provider::Grpc
                                  : has("envoyExtAuthzHttp") ? Provider::Http
                                                             : Provider::Other;
  }
}

// Source: builder.go (buildTCP): one filter a provider, and no more than one provider a workload.
void PolicyIndex::add_custom(const std::vector<const resource::Resource*>& selected,
                             std::vector<Rbac>& out) const {
  std::map<std::string_view, Rbac> by_provider;
  for (const resource::Resource* policy : selected) {
    if (action_of(*policy) != AuthorizationAction::Custom) continue;
    const std::string_view name = *policy->as<resource::AuthorizationPolicy>()->provider->name;
    Rbac& part = by_provider
                     .try_emplace(name, Rbac{.action = AuthorizationAction::Custom,
                                             .dry_run = true,
                                             .provider = name,
                                             .policies = {}})
                     .first->second;
    part.policies.push_back(policy);
    part.dry_run = part.dry_run && mesh::is_dry_run(*policy);
  }
  for (auto& [name, part] : by_provider) {
    const auto provider = providers_.find(name);
    part.refuses = by_provider.size() > 1 || provider == providers_.end() ||
                   provider->second == Provider::Other;
    part.http_only = !part.refuses && provider->second == Provider::Http;
    out.push_back(std::move(part));
  }
}

std::vector<Rbac> PolicyIndex::of_proxy(const Proxy& proxy) const {
  std::vector<const resource::Resource*> selected;
  const auto add = [&](std::string_view name_space) {
    const auto found = policies_.find(name_space);
    if (found == policies_.end()) return;
    for (const resource::Resource* policy : found->second)
      if (applies(*policy->as<resource::AuthorizationPolicy>(), name_space, proxy))
        selected.push_back(policy);
  };
  add(root_);
  if (proxy.name_space != root_) add(proxy.name_space);

  std::vector<Rbac> out;
  add_custom(selected, out);
  for (const AuthorizationAction action : kOrder) {
    Rbac part{.action = action, .dry_run = true, .provider = {}, .policies = {}};
    for (const resource::Resource* policy : selected) {
      if (action_of(*policy) != action) continue;
      part.policies.push_back(policy);
      part.dry_run = part.dry_run && mesh::is_dry_run(*policy);
    }
    if (!part.policies.empty()) out.push_back(std::move(part));
  }
  return out;
}

std::vector<NetworkFilter> tcp_filters(const std::vector<Rbac>& parts) {
  std::vector<NetworkFilter> out;
  for (const Rbac& part : parts) {
    if (part.http_only) continue;
    NetworkFilter& filter = out.emplace_back();
    filter.name = kNetworkRbac;
    filter.rbac = {part};
    for (const resource::Resource* policy : part.policies)
      filter.causes.push_back({policy, policy->spec_range});
    if (part.action != AuthorizationAction::Custom || part.refuses) continue;
    NetworkFilter& external = out.emplace_back();
    external.name = "envoy.filters.network.ext_authz";
    external.causes = out[out.size() - 2].causes;
  }
  return out;
}

}  // namespace egressctl::topology
