#include "lib/datapath/principals.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/mesh/identity.h"
#include "lib/resource/resource.h"

namespace egressctl::datapath {
namespace {

using resource::AuthorizationAction;
using resource::AuthorizationCondition;
using resource::AuthorizationRule;
using resource::AuthorizationSource;

enum class Applies { Never, Always, Unknown };

// A final '*' is all that peers' names can say; a leading one is not.
bool is_pattern_of_peers(std::string_view text) {
  return text.find('*') == std::string_view::npos || text.find('*') == text.size() - 1;
}

// Names, or nothing when the source asks for more than they say.
std::optional<std::vector<std::string>> names_of(const AuthorizationSource& source,
                                                 const mesh::Settings& settings) {
  for (const resource::Texts* other :
       {&source.not_principals, &source.request_principals, &source.not_request_principals,
        &source.namespaces, &source.not_namespaces, &source.service_accounts,
        &source.not_service_accounts, &source.trust_domains, &source.not_trust_domains,
        &source.ip_blocks, &source.not_ip_blocks, &source.remote_ip_blocks,
        &source.not_remote_ip_blocks})
    if (!(*other)->empty()) return std::nullopt;
  std::vector<std::string> out;
  for (const resource::Text& principal : *source.principals) {
    if (!is_pattern_of_peers(*principal)) return std::nullopt;
    for (const std::string& meant : mesh::principals_meant(settings, *principal))
      out.push_back("spiffe://" + meant);
  }
  if (out.empty()) return std::nullopt;
  return out;
}

bool lists(const resource::Texts& values, std::string_view text) {
  return std::any_of(values->begin(), values->end(), [&](const resource::Text& value) {
    return *value == text || *value == "*" ||
           (value->ends_with('*') && text.starts_with(value->substr(0, value->size() - 1))) ||
           (value->starts_with('*') && text.ends_with(value->substr(1)));
  });
}

Applies applies(const AuthorizationCondition& condition, const std::vector<std::string>& names) {
  if (*condition.key != "connection.sni" || !condition.not_values->empty()) return Applies::Unknown;
  const auto count = std::count_if(names.begin(), names.end(), [&](const std::string& name) {
    return lists(condition.values, name);
  });
  if (count == 0) return Applies::Never;
  return count == static_cast<std::ptrdiff_t>(names.size()) ? Applies::Always : Applies::Unknown;
}

Applies applies(const AuthorizationRule& rule, const std::vector<std::string>& names,
                std::uint32_t port) {
  Applies out = Applies::Always;
  const auto take = [&](Applies part) {
    if (part == Applies::Never || out == Applies::Never)
      out = Applies::Never;
    else if (part == Applies::Unknown)
      out = Applies::Unknown;
  };
  for (const auto& to : *rule.to) {
    const resource::AuthorizationOperation& operation = *to->operation;
    const bool ports_alone = !operation.ports->empty() && operation.not_ports->empty() &&
                             operation.hosts->empty() && operation.methods->empty() &&
                             operation.paths->empty() && rule.to->size() == 1;
    if (!ports_alone) return Applies::Unknown;
    take(lists(operation.ports, fmt::format("{}", port)) ? Applies::Always : Applies::Never);
  }
  for (const auto& condition : *rule.when) take(applies(*condition, names));
  return out;
}

}  // namespace

std::optional<std::vector<std::string>> allowed_principals(
    const std::vector<topology::Rbac>& parts, const std::vector<std::string>& server_names,
    std::uint32_t port, const mesh::Settings& settings) {
  std::vector<std::string> out;
  bool asked = false;
  for (const topology::Rbac& part : parts) {
    if (part.dry_run || part.policies.empty() || part.action == AuthorizationAction::Audit)
      continue;
    // Two lists that must both hold are none.
    if (part.action != AuthorizationAction::Allow || asked) return std::nullopt;
    asked = true;
    for (const resource::Resource* policy : part.policies)
      for (const auto& positioned : *policy->as<resource::AuthorizationPolicy>()->rules) {
        const AuthorizationRule& rule = *positioned;
        const Applies fits = applies(rule, server_names, port);
        if (fits == Applies::Never) continue;
        if (fits == Applies::Unknown) return std::nullopt;
        if (rule.from->empty()) return std::vector<std::string>{};  // everyone
        for (const auto& from : *rule.from) {
          const auto names = names_of(*from->source, settings);
          if (!names) return std::nullopt;
          out.insert(out.end(), names->begin(), names->end());
        }
      }
  }
  if (asked && out.empty()) return std::nullopt;
  return out;
}

}  // namespace egressctl::datapath
