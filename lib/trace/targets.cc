#include "lib/trace/targets.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "lib/envoy/visit.h"
#include "lib/mesh/host.h"

namespace egressctl::trace {
namespace {

using Names = std::set<std::string_view>;

// What the set's own lists say of names.
struct Lists {
  Names names;     // all that are no patterns
  Names allowed;   // of them those that an allow-list has
  Names patterns;  // "*.example.com" of allow-lists; "*" for what can't be read as one

  void add(std::string_view name, bool allow) {
    if (name.empty()) return;
    if (!mesh::is_pattern(name)) names.insert(name);
    if (allow) (mesh::is_pattern(name) ? patterns : allowed).insert(name);
  }
};

class EnvoyLists {
 public:
  explicit EnvoyLists(Lists& out) : out_(out) {}

  void operator()(const yaml::Node& node, const envoy::MessageType& type) {
    if (type.name == "envoy.config.listener.v3.FilterChainMatch") {
      for (const yaml::Node& name : envoy::items_of(envoy::find_value(node, "server_names")))
        out_.add(name.scalar, false);
    } else if (type.name == "envoy.config.rbac.v3.RBAC") {
      const yaml::Node* action = envoy::find_value(node, "action");
      allow_ = action == nullptr || action->scalar == "ALLOW" || action->scalar == "0";
    } else if (type.name == "envoy.config.rbac.v3.Permission") {
      add_matcher(envoy::find_value(node, "requested_server_name"));
    }
  }

 private:
  void add_matcher(const yaml::Node* matcher) {
    if (matcher == nullptr) return;
    const yaml::Node* exact = envoy::find_value(*matcher, "exact");
    out_.add(exact != nullptr ? exact->scalar : "*", allow_);
  }

  Lists& out_;
  bool allow_ = true;  // the RBAC filter that is gone through
};

void add_lists(const resource::EnvoyFilter& filter, Lists& out) {
  for (const auto& patch : *filter.config_patches) {
    const yaml::Node* value = patch->patch->value.node;
    const envoy::MessageType* type = envoy::patched_type(*patch->apply_to);
    if (value != nullptr && type != nullptr) envoy::visit_messages(*value, *type, EnvoyLists(out));
  }
}

void add_lists(const resource::AuthorizationPolicy& policy, Lists& out) {
  const bool allow = *policy.action == resource::AuthorizationAction::Allow;
  for (const auto& rule : *policy.rules)
    for (const auto& condition : *rule->when) {
      if (*condition->key != "connection.sni") continue;
      for (const resource::Text& value : *condition->values) out.add(*value, allow);
      for (const resource::Text& value : *condition->not_values) out.add(*value, false);
    }
}

Lists lists_of(const mesh::Mesh& mesh) {
  Lists out;
  for (const resource::Resource& resource : mesh.resources()) {
    if (const auto* filter = resource.as<resource::EnvoyFilter>()) add_lists(*filter, out);
    if (const auto* policy = resource.as<resource::AuthorizationPolicy>()) add_lists(*policy, out);
  }
  return out;
}

// The hosts that stand for a service's host: itself, or names that a wildcard has. Where an
// allow-list has some of these by name and no pattern for more, one that it does not have means
// nothing to clients.
std::vector<std::string> samples_of(std::string_view host, const Lists& lists) {
  if (!host.starts_with("*.")) return {std::string(host)};
  const auto has = [&](std::string_view name) { return mesh::is_subset(name, host); };
  std::vector<std::string> out;
  for (const std::string_view name : lists.names)
    if (has(name)) out.emplace_back(name);
  const bool closed = std::any_of(lists.allowed.begin(), lists.allowed.end(), has) &&
                      std::none_of(lists.patterns.begin(), lists.patterns.end(), [&](auto pattern) {
                        return mesh::hosts_overlap(pattern, host);
                      });
  if (!closed) out.push_back(fmt::format("any{}", host.substr(1)));
  return out;
}

}  // namespace

std::vector<Target> external_targets(const mesh::Mesh& mesh) {
  std::vector<Target> out;
  std::set<std::pair<std::string, std::uint32_t>> seen;
  const Lists lists = lists_of(mesh);
  for (const mesh::Service& service : mesh.registry().all()) {
    if (!service.is_external()) continue;
    const std::string_view host = service.host;
    if (host == "*" || host.ends_with(".internal") || host.ends_with(".local")) continue;
    for (const std::string& name : samples_of(host, lists))
      for (const mesh::ServicePort& port : service.ports) {
        const auto number = static_cast<std::uint32_t>(port.number);
        if (seen.emplace(name, number).second) out.push_back({name, number});
      }
  }
  return out;
}

}  // namespace egressctl::trace
