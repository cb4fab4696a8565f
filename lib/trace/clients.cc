#include "lib/trace/clients.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "lib/base/text.h"
#include "lib/yaml/node.h"

namespace egressctl::trace {
namespace {

using topology::Proxy;

constexpr std::string_view kStandIn = "client";
constexpr std::string_view kDefaultAccount = "default";

std::string_view text_of(const yaml::Node& node, std::string_view key) {
  const yaml::Node* found = node.find(key);
  return found != nullptr ? found->scalar : std::string_view();
}

// Names of workloads of the input: kind, namespace, name.
class Names {
 public:
  explicit Names(const mesh::Mesh& mesh) {
    for (const mesh::Workload& workload : mesh.workloads().all())
      names_.emplace(workload.resource->resource_name().kind, workload.name_space,
                     *workload.resource->metadata.name);
  }

  // Whether what made the workload is there. Of a ReplicaSet that is not, its Deployment counts,
  // whose name it has with a hash behind it.
  [[nodiscard]] bool has_owner_of(const mesh::Workload& workload) const {
    const yaml::Node* metadata = workload.resource->node->find("metadata");
    const yaml::Node* owners = metadata != nullptr ? metadata->find("ownerReferences") : nullptr;
    return owners != nullptr &&
           std::any_of(owners->items.begin(), owners->items.end(), [&](const yaml::Node& owner) {
             const std::string_view kind = text_of(owner, "kind");
             const std::string_view name = text_of(owner, "name");
             return has(kind, workload.name_space, name) ||
                    (kind == "ReplicaSet" &&
                     has("Deployment", workload.name_space, name.substr(0, name.rfind('-'))));
           });
  }

 private:
  [[nodiscard]] bool has(std::string_view kind, std::string_view name_space,
                         std::string_view name) const {
    return names_.contains({std::string(kind), std::string(name_space), std::string(name)});
  }

  std::set<std::tuple<std::string, std::string, std::string>> names_;
};

// Whom AuthorizationPolicies let in: accounts by namespace, the first of each.
class LetIn {
 public:
  explicit LetIn(const mesh::Mesh& mesh) : mesh_(mesh) {
    for (const resource::Resource* resource : mesh.all(resource::Kind::AuthorizationPolicy)) {
      const auto& policy = *resource->as<resource::AuthorizationPolicy>();
      if (policy.action.present() && *policy.action != resource::AuthorizationAction::Allow)
        continue;
      for (const auto& rule : *policy.rules)
        for (const auto& from : *rule->from) add(*from->source, mesh.namespace_of(*resource));
    }
  }

  std::map<std::string, std::string> accounts;

 private:
  void add(const resource::AuthorizationSource& source, std::string_view own_namespace) {
    for (const resource::Text& principal : *source.principals) {
      const std::vector<std::string_view> parts = split(*principal, '/');
      if (parts.size() == 5 && parts[1] == "ns" && parts[3] == "sa") add(parts[2], parts[4]);
    }
    for (const resource::Text& account : *source.service_accounts) {
      const std::size_t slash = account->find('/');
      if (slash == std::string::npos) {
        add(own_namespace, *account);
      } else {
        add(std::string_view(*account).substr(0, slash), account->substr(slash + 1));
      }
    }
    for (const resource::Text& name_space : *source.namespaces) add(*name_space, kDefaultAccount);
  }

  void add(std::string_view name_space, std::string_view account) {
    const bool pattern = name_space.find('*') != std::string_view::npos;
    if (pattern || name_space.empty() || name_space == mesh_.settings().root_namespace) return;
    const bool any = account.empty() || account.find('*') != std::string_view::npos;
    accounts.try_emplace(std::string(name_space), any ? kDefaultAccount : account);
  }

  const mesh::Mesh& mesh_;
};

}  // namespace

std::vector<Proxy> clients(const mesh::Mesh& mesh) {
  std::vector<Proxy> out;
  const Names names(mesh);
  for (const mesh::Workload& workload : mesh.workloads().all()) {
    if (names.has_owner_of(workload)) continue;
    Proxy proxy = topology::proxy_of(mesh, workload);
    if (proxy.type == topology::ProxyType::Sidecar) out.push_back(std::move(proxy));
  }
  std::stable_sort(out.begin(), out.end(), [](const Proxy& a, const Proxy& b) {
    return std::tie(a.name_space, a.name) < std::tie(b.name_space, b.name);
  });
  if (!out.empty()) return out;
  LetIn let_in(mesh);
  for (const resource::Resource* sidecar : mesh.all(resource::Kind::Sidecar))
    let_in.accounts.try_emplace(std::string(mesh.namespace_of(*sidecar)), kDefaultAccount);
  if (let_in.accounts.empty())
    let_in.accounts.emplace(mesh.settings().default_namespace, kDefaultAccount);
  for (const auto& [name_space, account] : let_in.accounts) {
    Proxy& client = out.emplace_back();
    client.name = kStandIn;
    client.name_space = name_space;
    client.service_account = account;
  }
  return out;
}

}  // namespace egressctl::trace
