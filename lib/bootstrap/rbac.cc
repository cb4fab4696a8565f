#include "lib/bootstrap/rbac.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <re2/re2.h>

#include "lib/base/number.h"
#include "lib/base/text.h"
#include "lib/bootstrap/addresses.h"
#include "lib/mesh/identity.h"

namespace egressctl::bootstrap {
namespace {

using resource::AuthorizationAction;
using resource::AuthorizationCondition;
using resource::AuthorizationOperation;
using resource::AuthorizationPolicy;
using resource::AuthorizationRule;
using resource::AuthorizationSource;
using resource::Texts;

Json regex(const std::string& text) {
  return {{"safe_regex", {{"regex", text}}}};
}

// "*", "*suffix", "prefix*" or the text itself.
Json string_matcher(std::string_view value, std::string_view prefix = {}) {
  if (value == "*") return regex(".+");
  if (value.starts_with('*')) return {{"suffix", value.substr(1)}};
  const bool open = value.ends_with('*');
  if (open) value.remove_suffix(1);
  return {{open ? "prefix" : "exact", fmt::format("{}{}", prefix, value)}};
}

Json header_matcher(std::string_view name, std::string_view value, bool ignore_case = false) {
  if (value == "*") return {{"header", {{"name", name}, {"present_match", true}}}};
  Json match = string_matcher(value);
  if (ignore_case) match["ignore_case"] = true;
  return {{"header", {{"name", name}, {"string_match", std::move(match)}}}};
}

Json principal(Json matcher) {
  return {{"authenticated", {{"principal_name", std::move(matcher)}}}};
}

// Makes the part of Envoy's policy for one value; std::nullopt for what TCP can't tell.
using Make = std::function<std::optional<Json>(std::string_view value)>;

using Expand = std::function<std::vector<std::string>(std::string_view value)>;

// What a rule asks for, all of which must hold: the permissions or the principals of a policy.
class Conjunction {
 public:
  Conjunction(std::string_view any_of, std::string_view all_of, std::string_view items,
              std::string_view negation, bool denies)
      : any_of_(any_of), all_of_(all_of), items_(items), negation_(negation), denies_(denies) {}

  // `meant` turns a value into those that stand in its place.
  void add(const Texts& values, const Texts& not_values, const Make& make,
           const Expand& meant = alone) {
    if (auto wanted = disjunction(values, make, meant)) parts_.push_back(*std::move(wanted));
    if (auto unwanted = disjunction(not_values, make, meant))
      parts_.push_back({{negation_, *std::move(unwanted)}});
  }

  // std::nullopt when the rule can't hold: to allow, nothing may be left out; to deny, what can't
  // be told is.
  [[nodiscard]] std::optional<Json> build() const {
    if (impossible_) return std::nullopt;
    if (parts_.empty()) return Json{{"any", true}};
    return parts_.size() == 1 ? parts_.front() : group(all_of_, parts_);
  }

 private:
  [[nodiscard]] Json group(const std::string& kind, const Json& parts) const {
    return {{kind, {{items_, parts}}}};
  }

  static std::vector<std::string> alone(std::string_view value) { return {std::string(value)}; }

  std::optional<Json> disjunction(const Texts& values, const Make& make, const Expand& meant) {
    Json parts = Json::array();
    for (const auto& written : *values)
      for (const std::string& value : meant(*written)) {
        auto part = make(value);
        if (part) {
          parts.push_back(*std::move(part));
        } else if (!denies_) {
          impossible_ = true;
        }
      }
    if (parts.empty()) return std::nullopt;
    return parts.size() == 1 ? parts.front() : group(any_of_, parts);
  }

  std::string any_of_;
  std::string all_of_;
  std::string items_;
  std::string negation_;
  bool denies_;
  bool impossible_ = false;
  Json parts_ = Json::array();
};

// The policy of one rule.
class RuleBuilder {
 public:
  RuleBuilder(const AuthorizationRule& rule, std::string_view name_space,
              const mesh::Settings& settings, bool http, bool denies)
      : rule_(rule), name_space_(name_space), settings_(settings), http_(http), denies_(denies) {}

  [[nodiscard]] std::optional<Json> build() const {
    Json permissions = Json::array();
    Json principals = Json::array();
    const auto add = [](Json& list, const Conjunction& conjunction) {
      auto made = conjunction.build();
      if (made) list.push_back(*std::move(made));
      return list.size() > 0;
    };
    static const AuthorizationOperation kAnything;
    static const AuthorizationSource kAnyone;
    if (rule_.to->empty()) add(permissions, permission(kAnything));
    for (const auto& to : *rule_.to) add(permissions, permission(*to->operation));
    if (rule_.from->empty()) add(principals, source(kAnyone));
    for (const auto& from : *rule_.from) add(principals, source(*from->source));
    // One part that can't be told makes istiod drop the whole rule.
    const std::size_t to = std::max<std::size_t>(rule_.to->size(), 1);
    const std::size_t from = std::max<std::size_t>(rule_.from->size(), 1);
    if (permissions.size() != to || principals.size() != from) return std::nullopt;
    return Json{{"permissions", std::move(permissions)}, {"principals", std::move(principals)}};
  }

 private:
  [[nodiscard]] Make of_http(Make make) const {
    return [http = http_, make = std::move(make)](std::string_view value) {
      return http ? make(value) : std::nullopt;
    };
  }

  [[nodiscard]] Conjunction permission(const AuthorizationOperation& operation) const {
    Conjunction out("or_rules", "and_rules", "rules", "not_rule", denies_);
    out.add(operation.hosts, operation.not_hosts, of_http([](std::string_view value) {
              return header_matcher(":authority", value, true);
            }));
    out.add(operation.methods, operation.not_methods,
            of_http([](std::string_view value) { return header_matcher(":method", value); }));
    out.add(operation.paths, operation.not_paths, of_http(path));
    out.add(operation.ports, operation.not_ports, port);
    for (const auto& condition : *rule_.when) {
      const std::string& key = *condition->key;
      if (key == "destination.port") add(out, *condition, port);
      if (key == "destination.ip") add(out, *condition, range("destination_ip"));
      if (key == "connection.sni")
        add(out, *condition, [](std::string_view value) {
          return Json{{"requested_server_name", string_matcher(value)}};
        });
    }
    return out;
  }

  [[nodiscard]] Conjunction source(const AuthorizationSource& source) const {
    Conjunction out("or_ids", "and_ids", "ids", "not_id", denies_);
    const Expand principals = [this](std::string_view value) {
      return mesh::principals_meant(settings_, value);
    };
    const Expand trust_domains = [this](std::string_view value) {
      return mesh::trust_domains_meant(settings_, value);
    };
    out.add(source.principals, source.not_principals, identity, principals);
    out.add(source.request_principals, source.not_request_principals, unknown);
    out.add(source.service_accounts, source.not_service_accounts, account());
    out.add(source.trust_domains, source.not_trust_domains, of_trust_domain, trust_domains);
    out.add(source.namespaces, source.not_namespaces, of_namespace);
    out.add(source.remote_ip_blocks, source.not_remote_ip_blocks, range("remote_ip"));
    out.add(source.ip_blocks, source.not_ip_blocks, range("direct_remote_ip"));
    for (const auto& condition : *rule_.when) {
      const std::string& key = *condition->key;
      if (key == "source.ip") add(out, *condition, range("direct_remote_ip"));
      if (key == "remote.ip") add(out, *condition, range("remote_ip"));
      if (key == "source.namespace") add(out, *condition, of_namespace);
      if (key == "source.trustDomain")
        out.add(condition->values, condition->not_values, of_trust_domain, trust_domains);
      if (key == "source.serviceAccount") add(out, *condition, account());
      if (key == "source.principal")
        out.add(condition->values, condition->not_values, identity, principals);
      if (key.starts_with("request.auth.")) add(out, *condition, unknown);
      if (key.starts_with("request.headers[")) add(out, *condition, of_http(header(key)));
    }
    return out;
  }

  static void add(Conjunction& out, const AuthorizationCondition& condition, const Make& make) {
    out.add(condition.values, condition.not_values, make);
  }

  static std::optional<Json> path(std::string_view value) {
    return Json{{"url_path", {{"path", string_matcher(value)}}}};
  }

  static std::optional<Json> port(std::string_view value) {
    const auto number = parse_number<std::uint32_t>(value);
    return number ? std::optional(Json{{"destination_port", *number}}) : std::nullopt;
  }

  static Make range(std::string_view field) {
    return [field](std::string_view value) { return Json{{field, range_of(value)}}; };
  }

  static std::optional<Json> identity(std::string_view value) {
    return principal(string_matcher(value, "spiffe://"));
  }

  static std::optional<Json> of_namespace(std::string_view value) {
    std::string pattern(value);
    RE2::GlobalReplace(&pattern, "\\*", ".*");
    return principal(regex(fmt::format(".*/ns/{}/.*", pattern)));
  }

  static std::optional<Json> of_trust_domain(std::string_view value) {
    if (value == "*") return principal(Json{{"prefix", "spiffe://"}});
    const std::size_t star = value.find('*');
    if (star == std::string_view::npos)
      return principal(Json{{"prefix", fmt::format("spiffe://{}/", value)}});
    return principal(regex(fmt::format("spiffe://{}[^/]*{}/.*",
                                       RE2::QuoteMeta(std::string(value.substr(0, star))),
                                       RE2::QuoteMeta(std::string(value.substr(star + 1))))));
  }

  [[nodiscard]] Make account() const {
    return [this](std::string_view value) {
      const std::size_t slash = value.find('/');
      const bool qualified = slash != std::string_view::npos;
      return principal(regex(fmt::format("spiffe://.+/ns/{}/(.+/|)sa/{}(/.+)?",
                                         qualified ? value.substr(0, slash) : name_space_,
                                         qualified ? value.substr(slash + 1) : value)));
    };
  }

  static Make header(std::string_view key) {
    const std::size_t open = key.find('[');
    const std::string name(key.substr(open + 1, key.size() - open - 2));
    return [name](std::string_view value) { return header_matcher(name, value); };
  }

  // Of tokens, which a stock Envoy does not read by itself.
  static std::optional<Json> unknown(std::string_view /*value*/) { return std::nullopt; }

  const AuthorizationRule& rule_;
  std::string_view name_space_;
  const mesh::Settings& settings_;
  bool http_;
  bool denies_;
};

}  // namespace

Json rbac_config(const topology::Rbac& part, bool http, const mesh::Settings& settings) {
  const bool denies = part.action == AuthorizationAction::Deny || part.refuses;
  if (!denies && part.action != AuthorizationAction::Allow) return Json::object();
  Json policies = Json::object();
  for (const resource::Resource* policy : part.policies) {
    const std::string& own = *policy->metadata.name_space;
    const std::string_view name_space = own.empty() ? settings.default_namespace : own;
    std::size_t number = 0;
    for (const auto& rule : *policy->as<AuthorizationPolicy>()->rules) {
      auto made = RuleBuilder(*rule, name_space, settings, http, denies).build();
      const std::string name =
          fmt::format("ns[{}]-policy[{}]-rule[{}]", name_space, *policy->metadata.name, number++);
      if (made) policies[name] = *std::move(made);
    }
  }
  return {{part.dry_run ? "shadow_rules" : "rules",
           {{"action", denies ? "DENY" : "ALLOW"}, {"policies", std::move(policies)}}}};
}

}  // namespace egressctl::bootstrap
