#include "lib/trace/envoy_rbac.h"

#include <optional>

#include <fmt/format.h>
#include <re2/re2.h>

#include "lib/base/ip_address.h"
#include "lib/base/number.h"
#include "lib/base/text.h"
#include "lib/envoy/visit.h"

namespace egressctl::trace {
namespace {

using envoy::find_value;
using yaml::Node;

std::optional<std::uint32_t> number(const Node* node) {
  return node == nullptr ? std::nullopt : parse_number<std::uint32_t>(node->scalar);
}

// A StringMatcher.
Truth matches(const Node& matcher, std::string_view value) {
  const Node* ignore_case = find_value(matcher, "ignore_case");
  const bool folded = ignore_case != nullptr && ignore_case->scalar == "true";
  const std::string text = folded ? to_lower(value) : std::string(value);
  const auto wanted = [&](std::string_view key) -> std::optional<std::string> {
    const Node* found = find_value(matcher, key);
    if (found == nullptr) return std::nullopt;
    return folded ? to_lower(found->scalar) : std::string(found->scalar);
  };
  if (const auto exact = wanted("exact")) return truth(text == *exact);
  if (const auto prefix = wanted("prefix")) return truth(text.starts_with(*prefix));
  if (const auto suffix = wanted("suffix")) return truth(text.ends_with(*suffix));
  if (const auto part = wanted("contains")) return truth(text.find(*part) != std::string::npos);
  const Node* regex = find_value(matcher, "safe_regex");
  const Node* pattern = regex != nullptr ? find_value(*regex, "regex") : nullptr;
  if (pattern == nullptr) return Truth::Maybe;
  const RE2 compiled(std::string(pattern->scalar), RE2::Quiet);
  return compiled.ok() ? truth(RE2::FullMatch(std::string(value), compiled)) : Truth::Maybe;
}

// A CidrRange.
Truth is_in(const Node& range, const std::vector<std::string>& addresses) {
  const Node* prefix = find_value(range, "address_prefix");
  if (prefix == nullptr || addresses.empty()) return Truth::Maybe;
  const auto bits = number(find_value(range, "prefix_len"));
  const auto parsed = IpRange::parse(fmt::format("{}/{}", prefix->scalar, bits.value_or(0)));
  if (!parsed) return Truth::Maybe;
  Truth out = Truth::No;
  for (const std::string& text : addresses)
    if (const auto address = IpAddress::parse(text); address && parsed->contains(*address))
      out = Truth::Yes;
  return out;
}

class Evaluator {
 public:
  explicit Evaluator(const Facts& facts) : facts_(facts) {}

  // A Policy: one of its permissions, and one of its principals.
  [[nodiscard]] Truth holds(const Node& policy) const {
    return both(any(find_value(policy, "permissions"), &Evaluator::permission),
                any(find_value(policy, "principals"), &Evaluator::principal));
  }

 private:
  using Judge = Truth (Evaluator::*)(const Node&) const;

  [[nodiscard]] Truth any(const Node* list, Judge judge) const {
    Truth out = Truth::No;
    if (list != nullptr)
      for (const Node& item : list->items) out = either(out, (this->*judge)(item));
    return out;
  }

  [[nodiscard]] Truth all(const Node* list, Judge judge) const {
    Truth out = Truth::Yes;
    if (list != nullptr)
      for (const Node& item : list->items) out = both(out, (this->*judge)(item));
    return out;
  }

  // What permissions and principals have in common: sets and negations of each.
  [[nodiscard]] std::optional<Truth> set_of(const Node& node, std::string_view list,
                                            std::string_view word, Judge judge) const {
    if (const Node* found = find_value(node, fmt::format("and_{}", word)))
      return all(find_value(*found, list), judge);
    if (const Node* found = find_value(node, fmt::format("or_{}", word)))
      return any(find_value(*found, list), judge);
    const std::string_view one = word.substr(0, word.size() - 1);
    if (const Node* found = find_value(node, fmt::format("not_{}", one)))
      return negation((this->*judge)(*found));
    if (const Node* found = find_value(node, "any")) return truth(found->scalar == "true");
    return std::nullopt;
  }

  [[nodiscard]] Truth permission(const Node& node) const {
    if (const auto set = set_of(node, "rules", "rules", &Evaluator::permission)) return *set;
    if (const Node* matcher = find_value(node, "requested_server_name"))
      return matches(*matcher, facts_.sni);
    if (const auto port = number(find_value(node, "destination_port")))
      return truth(*port == facts_.port);
    if (const Node* range = find_value(node, "destination_port_range")) {
      const auto start = number(find_value(*range, "start"));
      const auto end = number(find_value(*range, "end"));  // exclusive
      return truth(start.value_or(0) <= facts_.port && facts_.port < end.value_or(0));
    }
    if (const Node* range = find_value(node, "destination_ip"))
      return is_in(*range, facts_.own_addresses);
    return Truth::Maybe;
  }

  [[nodiscard]] Truth principal(const Node& node) const {
    if (const auto set = set_of(node, "ids", "ids", &Evaluator::principal)) return *set;
    if (const Node* authenticated = find_value(node, "authenticated")) {
      if (facts_.principal.empty()) return Truth::No;
      const Node* name = find_value(*authenticated, "principal_name");
      return name == nullptr ? Truth::Yes : matches(*name, "spiffe://" + facts_.principal);
    }
    for (const std::string_view key : {"direct_remote_ip", "remote_ip", "source_ip"})
      if (const Node* range = find_value(node, key)) return is_in(*range, facts_.client_addresses);
    return Truth::Maybe;
  }

  const Facts& facts_;
};

}  // namespace

RbacVerdict evaluate_rbac(const Node& config, const Facts& facts) {
  const Node* rules = find_value(config, "rules");
  if (rules == nullptr)
    return {find_value(config, "matcher") != nullptr ? Truth::Maybe : Truth::Yes, {}};
  const Node* action = find_value(*rules, "action");
  const std::string_view word = action != nullptr ? action->scalar : std::string_view("ALLOW");
  if (word == "LOG" || word == "2") return {};
  Truth found = Truth::No;
  std::string name;
  if (const Node* policies = find_value(*rules, "policies"))
    for (const yaml::Entry& policy : policies->entries) {
      const Truth here = Evaluator(facts).holds(policy.value);
      if (here <= found) continue;
      found = here;
      name = policy.key.scalar;
    }
  const bool denies = word == "DENY" || word == "1";
  return {denies ? negation(found) : found, std::move(name)};
}

}  // namespace egressctl::trace
