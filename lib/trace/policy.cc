#include "lib/trace/policy.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "lib/base/ip_address.h"
#include "lib/mesh/identity.h"
#include "lib/trace/truth.h"

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

// Of the items the truest; an empty list asks for nothing.
template <typename List, typename Judge>
Truth any_of(const List& items, const Judge& judge) {
  if (items->empty()) return Truth::Yes;
  Truth out = Truth::No;
  for (const auto& item : *items) out = either(out, judge(*item));
  return out;
}

// Whether one of `wanted` holds, where there are some, and none of `unwanted`.
template <typename Judge>
Truth fits(const resource::Texts& wanted, const resource::Texts& unwanted, const Judge& judge) {
  const Truth out = any_of(wanted, judge);
  return unwanted->empty() ? out : both(out, negation(any_of(unwanted, judge)));
}

bool is_given(const resource::Texts& texts) {
  return !texts->empty();
}

std::string_view account_of(std::string_view principal) {
  const std::size_t at = principal.rfind('/');
  return at == std::string_view::npos ? std::string_view() : principal.substr(at + 1);
}

std::string_view domain_of(std::string_view principal) {
  return principal.substr(0, principal.find('/'));
}

// Judges the rules of one policy.
class Judge {
 public:
  Judge(const mesh::Settings& settings, const Facts& facts, std::string_view name_space,
        bool denies)
      : settings_(settings), facts_(facts), name_space_(name_space), denies_(denies) {}

  [[nodiscard]] Truth applies(const AuthorizationRule& rule) const {
    Truth out = any_of(rule.from, [&](const auto& item) { return from_source(*item.source); });
    out =
        both(out, any_of(rule.to, [&](const auto& item) { return to_operation(*item.operation); }));
    for (const auto& condition : *rule.when) out = both(out, holds(*condition));
    return out;
  }

 private:
  [[nodiscard]] static auto text(std::string_view text) {
    return [text](std::string_view pattern) { return truth(matches(pattern, text)); };
  }

  [[nodiscard]] auto principal() const {
    return [this](std::string_view pattern) {
      const auto meant = mesh::principals_meant(settings_, pattern);
      return truth(std::any_of(meant.begin(), meant.end(), [&](const std::string& one) {
        return matches(one, facts_.principal);
      }));
    };
  }

  [[nodiscard]] auto trust_domain() const {
    return [this](std::string_view pattern) {
      const auto meant = mesh::trust_domains_meant(settings_, pattern);
      return truth(std::any_of(meant.begin(), meant.end(), [&](const std::string& one) {
        return matches(one, domain_of(facts_.principal));
      }));
    };
  }

  // "ACCOUNT" is of the policy's own namespace.
  [[nodiscard]] auto account() const {
    return [this](std::string_view pattern) {
      const std::string full = pattern.find('/') == std::string_view::npos
                                   ? fmt::format("{}/{}", name_space_, pattern)
                                   : std::string(pattern);
      return truth(full == fmt::format("{}/{}", facts_.name_space, account_of(facts_.principal)));
    };
  }

  [[nodiscard]] static auto address(const std::vector<std::string>& known) {
    return [&known](std::string_view block) {
      const auto range = IpRange::parse(block);
      if (known.empty() || !range) return Truth::Maybe;
      return truth(std::any_of(known.begin(), known.end(), [&](const std::string& one) {
        const auto parsed = IpAddress::parse(one);
        return parsed && range->contains(*parsed);
      }));
    };
  }

  // Only known while it runs.
  [[nodiscard]] static Truth unknown(std::string_view /*value*/) { return Truth::Maybe; }

  [[nodiscard]] Truth from_source(const AuthorizationSource& source) const {
    Truth out = fits(source.principals, source.not_principals, principal());
    out = both(out, fits(source.trust_domains, source.not_trust_domains, trust_domain()));
    out = both(out, fits(source.namespaces, source.not_namespaces, text(facts_.name_space)));
    out = both(out, fits(source.service_accounts, source.not_service_accounts, account()));
    const auto from = address(facts_.client_addresses);
    out = both(out, fits(source.ip_blocks, source.not_ip_blocks, from));
    out = both(out, fits(source.remote_ip_blocks, source.not_remote_ip_blocks, from));
    return both(out, of_http(source.request_principals, source.not_request_principals, unknown));
  }

  // On TCP a rule that needs HTTP never allows; to deny, only what TCP has counts.
  template <typename Values>
  [[nodiscard]] Truth of_http(const resource::Texts& wanted, const resource::Texts& unwanted,
                              const Values& judge) const {
    if (!is_given(wanted) && !is_given(unwanted)) return Truth::Yes;
    return facts_.http ? fits(wanted, unwanted, judge) : truth(denies_);
  }

  [[nodiscard]] Truth to_operation(const AuthorizationOperation& operation) const {
    Truth out = fits(operation.ports, operation.not_ports, text(fmt::format("{}", facts_.port)));
    out = both(out, of_http(operation.hosts, operation.not_hosts, text(facts_.host)));
    out = both(out, of_http(operation.methods, operation.not_methods, text(facts_.method)));
    return both(out, of_http(operation.paths, operation.not_paths, text(facts_.path)));
  }

  [[nodiscard]] Truth holds(const AuthorizationCondition& condition) const {
    const std::string_view key = *condition.key;
    const auto value = [&](const auto& judge) {
      return fits(condition.values, condition.not_values, judge);
    };
    if (key.starts_with("request."))
      return of_http(condition.values, condition.not_values, unknown);
    if (key == "connection.sni") return value(text(facts_.sni));
    if (key == "source.namespace") return value(text(facts_.name_space));
    if (key == "source.principal") return value(principal());
    if (key == "source.trustDomain") return value(trust_domain());
    if (key == "source.serviceAccount") return value(account());
    if (key == "source.ip" || key == "remote.ip") return value(address(facts_.client_addresses));
    if (key == "destination.ip") return value(address(facts_.own_addresses));
    if (key == "destination.port") return value(text(fmt::format("{}", facts_.port)));
    return Truth::Maybe;
  }

  const mesh::Settings& settings_;
  const Facts& facts_;
  std::string_view name_space_;
  bool denies_;
};

// The truest rule of several policies.
struct Match {
  Truth truth = Truth::No;
  const resource::Resource* policy = nullptr;
  std::size_t rule = 0;
};

Match best_match(const mesh::Settings& settings, const topology::Rbac& part, const Facts& facts,
                 bool denies) {
  Match out;
  for (const resource::Resource* policy : part.policies) {
    const std::string& own = *policy->metadata.name_space;
    const Judge judge(settings, facts, own.empty() ? settings.default_namespace : own, denies);
    std::size_t number = 0;
    for (const auto& rule : *policy->as<resource::AuthorizationPolicy>()->rules) {
      const Truth here = judge.applies(*rule);
      if (here > out.truth) out = {here, policy, number};
      ++number;
    }
  }
  return out;
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

Decision decide(const mesh::Settings& settings, const std::vector<topology::Rbac>& parts,
                const Facts& facts) {
  Decision out;
  for (const topology::Rbac& part : parts) {
    if (part.dry_run || part.policies.empty()) continue;
    const bool denies = part.action == AuthorizationAction::Deny ||
                        (part.action == AuthorizationAction::Custom && part.refuses);
    const bool allows = part.action == AuthorizationAction::Allow;
    if (!denies && !allows) continue;
    const Match found = best_match(settings, part, facts, denies);
    if (found.truth == Truth::Maybe) out.unsure = found.policy;
    if (denies && found.truth == Truth::Yes) {
      out.refusal = Refusal{found.policy, found.rule,
                            fmt::format("AuthorizationPolicy \"{}\" denies {} with {}",
                                        *found.policy->metadata.name, who(facts), what(facts))};
      return out;
    }
    if (allows && found.truth == Truth::No) {
      out.refusal =
          Refusal{part.policies.front(), std::nullopt,
                  fmt::format("no AuthorizationPolicy allows {} with {}", who(facts), what(facts))};
      return out;
    }
  }
  return out;
}

std::string matched_policy(const Refusal& refusal, const mesh::Mesh& mesh) {
  if (!refusal.rule) return "rbac_access_denied_matched_policy[none]";
  return fmt::format("rbac_access_denied_matched_policy[ns[{}]-policy[{}]-rule[{}]]",
                     mesh.namespace_of(*refusal.policy), *refusal.policy->metadata.name,
                     *refusal.rule);
}

}  // namespace egressctl::trace
