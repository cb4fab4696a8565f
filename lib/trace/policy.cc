#include "lib/trace/policy.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace egressctl::trace {
namespace {

using resource::AuthorizationAction;
using resource::AuthorizationCondition;
using resource::AuthorizationOperation;
using resource::AuthorizationRule;
using resource::AuthorizationSource;

// "*", "*suffix", "prefix*" or the text itself; "*" asks for a text that is not empty.
bool matches(std::string_view pattern, std::string_view text) {
  if (pattern == "*") return !text.empty();
  if (pattern.starts_with('*')) return text.ends_with(pattern.substr(1));
  if (pattern.ends_with('*')) return text.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == text;
}

bool any(const resource::Texts& patterns, std::string_view text) {
  return std::any_of(patterns->begin(), patterns->end(),
                     [&](const resource::Text& pattern) { return matches(*pattern, text); });
}

// Whether `text` is among the wanted ones, where there are some, and not among the unwanted ones.
bool fits(const resource::Texts& wanted, const resource::Texts& unwanted, std::string_view text) {
  return (wanted->empty() || any(wanted, text)) && !any(unwanted, text);
}

bool is_given(const resource::Texts& texts) {
  return !texts->empty();
}

std::string_view account_of(std::string_view principal) {
  const std::size_t at = principal.rfind('/');
  return at == std::string_view::npos ? std::string_view() : principal.substr(at + 1);
}

bool from_source(const AuthorizationSource& source, const Facts& facts) {
  const bool unknown = is_given(source.ip_blocks) || is_given(source.remote_ip_blocks) ||
                       is_given(source.request_principals) || is_given(source.trust_domains);
  const std::string qualified = fmt::format("{}/{}", facts.name_space, account_of(facts.principal));
  return !unknown && fits(source.principals, source.not_principals, facts.principal) &&
         fits(source.namespaces, source.not_namespaces, facts.name_space) &&
         fits(source.service_accounts, source.not_service_accounts, qualified);
}

bool needs_http(const AuthorizationOperation& operation) {
  return is_given(operation.hosts) || is_given(operation.not_hosts) ||
         is_given(operation.methods) || is_given(operation.not_methods) ||
         is_given(operation.paths) || is_given(operation.not_paths);
}

bool to_operation(const AuthorizationOperation& operation, const Facts& facts, bool denies) {
  if (!fits(operation.ports, operation.not_ports, fmt::format("{}", facts.port))) return false;
  // On TCP a rule that needs HTTP never allows; to deny, only what TCP has counts.
  if (!facts.http) return denies || !needs_http(operation);
  return fits(operation.hosts, operation.not_hosts, facts.host) &&
         fits(operation.methods, operation.not_methods, facts.method) &&
         fits(operation.paths, operation.not_paths, facts.path);
}

// std::nullopt for a key that is not known before it runs.
std::optional<std::string> value_of(std::string_view key, const Facts& facts) {
  if (key == "connection.sni") return facts.sni;
  if (key == "source.namespace") return facts.name_space;
  if (key == "source.principal") return facts.principal;
  if (key == "destination.port") return fmt::format("{}", facts.port);
  return std::nullopt;
}

bool holds(const AuthorizationCondition& condition, const Facts& facts, bool denies) {
  const std::string_view key = *condition.key;
  if (!facts.http && key.starts_with("request.")) return denies;
  const auto value = value_of(key, facts);
  return value && fits(condition.values, condition.not_values, *value);
}

bool applies(const AuthorizationRule& rule, const Facts& facts, bool denies) {
  const bool from = rule.from->empty() ||
                    std::any_of(rule.from->begin(), rule.from->end(), [&](const auto& item) {
                      return from_source(*item->source, facts);
                    });
  const bool to =
      rule.to->empty() || std::any_of(rule.to->begin(), rule.to->end(), [&](const auto& item) {
        return to_operation(*item->operation, facts, denies);
      });
  return from && to &&
         std::all_of(rule.when->begin(), rule.when->end(),
                     [&](const auto& condition) { return holds(*condition, facts, denies); });
}

std::optional<std::size_t> matching_rule(const resource::Resource& policy, const Facts& facts,
                                         bool denies) {
  const auto& rules = *policy.as<resource::AuthorizationPolicy>()->rules;
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const auto& rule) { return applies(*rule, facts, denies); });
  if (found == rules.end()) return std::nullopt;
  return static_cast<std::size_t>(found - rules.begin());
}

std::string who(const Facts& facts) {
  return facts.principal.empty() ? "a client without an identity"
                                 : fmt::format("\"{}\"", facts.principal);
}

std::string what(const Facts& facts) {
  if (facts.http) return fmt::format("host \"{}\"", facts.host);
  return facts.sni.empty() ? "no SNI" : fmt::format("SNI \"{}\"", facts.sni);
}

}  // namespace

std::optional<Refusal> refuse(const std::vector<topology::Rbac>& parts, const Facts& facts) {
  for (const topology::Rbac& part : parts) {
    if (part.dry_run || part.policies.empty()) continue;
    const bool denies = part.action == AuthorizationAction::Deny ||
                        (part.action == AuthorizationAction::Custom && part.refuses);
    const auto found = std::find_if(
        part.policies.begin(), part.policies.end(),
        [&](const auto* policy) { return matching_rule(*policy, facts, denies).has_value(); });
    if (denies && found != part.policies.end())
      return Refusal{*found, matching_rule(**found, facts, denies),
                     fmt::format("AuthorizationPolicy \"{}\" denies {} with {}",
                                 *(*found)->metadata.name, who(facts), what(facts))};
    if (part.action == AuthorizationAction::Allow && found == part.policies.end())
      return Refusal{
          part.policies.front(), std::nullopt,
          fmt::format("no AuthorizationPolicy allows {} with {}", who(facts), what(facts))};
  }
  return std::nullopt;
}

std::string matched_policy(const Refusal& refusal, const mesh::Mesh& mesh) {
  if (!refusal.rule) return "rbac_access_denied_matched_policy[none]";
  return fmt::format("rbac_access_denied_matched_policy[ns[{}]-policy[{}]-rule[{}]]",
                     mesh.namespace_of(*refusal.policy), *refusal.policy->metadata.name,
                     *refusal.rule);
}

}  // namespace egressctl::trace
