// Filter chains as Envoy takes them: no two of one match, and a filter at the end, alone, that
// deals with the connection.
//
// Source: envoyproxy/envoy source/common/listener_manager/filter_chain_manager_impl.cc
// (addFilterChains, verifyNoDuplicateMatchers), source/server/configuration_impl.h and
// source/extensions/filters/network/*/config.h (isTerminalFilterByProtoTyped).
#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>
#include <vector>

#include "lib/base/text.h"
#include "lib/envoy/names.h"
#include "lib/envoy/patch_checks.h"
#include "lib/envoy/rules.h"
#include "lib/envoy/same_message.h"
#include "lib/envoy/visit.h"

namespace egressctl::envoy {
namespace {

using resource::ApplyTo;
using resource::ConfigPatch;
using resource::PatchOperation;

constexpr std::string_view kMatchType = "envoy.config.listener.v3.FilterChainMatch";
constexpr std::string_view kNetworkFilters = "envoy.extensions.filters.network.";
constexpr std::string_view kFilterNames = "envoy.filters.network.";

// Those that deal with the connection, by what stands behind kNetworkFilters. The first
// part of it stands behind kFilterNames in the usual name.
constexpr std::array<std::string_view, 6> kTerminal{
    "direct_response.v3.Config",
    "dubbo_proxy.v3.DubboProxy",
    "echo.v3.Echo",
    "http_connection_manager.v3.HttpConnectionManager",
    "redis_proxy.v3.RedisProxy",
    "tcp_proxy.v3.TcpProxy",
};

// Those of egress patches that leave the connection to another one.
constexpr std::array<std::string_view, 9> kPassing{
    "connection_limit.v3.ConnectionLimit",
    "ext_authz.v3.ExtAuthz",
    "local_ratelimit.v3.LocalRateLimit",
    "mysql_proxy.v3.MySQLProxy",
    "ratelimit.v3.RateLimit",
    "rbac.v3.RBAC",
    "set_filter_state.v3.Config",
    "sni_cluster.v3.SniCluster",
    "sni_dynamic_forward_proxy.v3.FilterConfig",
};

enum class Role { Unknown, Ends, Passes };

Role role_of(const yaml::Node& filter) {
  const yaml::Node* config = find_value(filter, "typed_config");
  std::string_view type = config == nullptr ? std::string_view() : type_in_any(*config);
  if (!type.starts_with(kNetworkFilters)) return Role::Unknown;
  type.remove_prefix(kNetworkFilters.size());
  if (std::find(kTerminal.begin(), kTerminal.end(), type) != kTerminal.end()) return Role::Ends;
  return std::find(kPassing.begin(), kPassing.end(), type) != kPassing.end() ? Role::Passes
                                                                             : Role::Unknown;
}

SourceRange place_of(const yaml::Node& filter) {
  const yaml::Entry* name = find_field(filter, "name");
  return name == nullptr ? filter.range : name->value.range;
}

void check_roles(const yaml::Node& chain, bool completed_elsewhere, Findings& findings) {
  const auto filters = items_of(find_value(chain, "filters"));
  if (filters.empty()) return;
  for (const yaml::Node& filter : filters.first(filters.size() - 1)) {
    // A forwarder behind the TCP proxy is another rule's.
    if (role_of(filter) != Role::Ends || is_sni_forwarder(filters.back())) continue;
    findings
        .report(kMisplacedExtension, place_of(filter),
                "the filter ends the chain, but others stand behind it, which Envoy refuses")
        .related(place_of(filters.back()), "the last filter")
        .help("put it at the end");
    return;
  }
  const bool told = std::any_of(filters.begin(), filters.end(), [](const yaml::Node& filter) {
    return role_of(filter) == Role::Ends;
  });
  if (told || completed_elsewhere || role_of(filters.back()) != Role::Passes) return;
  findings
      .report(kMisplacedExtension, place_of(filters.back()),
              "the last filter of the chain leaves the connection to another one, and there is "
              "none: Envoy refuses the listener")
      .help("end the chain with envoy.filters.network.tcp_proxy");
}

// The names of a chain's match in lower case, as Envoy compares them; one empty name for none.
std::vector<std::string> names_of(const yaml::Node* match) {
  std::vector<std::string> out;
  if (match != nullptr)
    for (const yaml::Node& name : items_of(find_value(*match, "server_names")))
      out.push_back(to_lower(name.scalar));
  if (out.empty()) out.emplace_back();
  return out;
}

// Whether two matches differ in something else than the names.
bool told_apart(const yaml::Node* a, const yaml::Node* b, const MessageType& type) {
  const auto value = [](const yaml::Node* match, std::string_view name) {
    return match == nullptr ? nullptr : find_value(*match, name);
  };
  return std::any_of(type.fields.begin(), type.fields.end(), [&](const Field& field) {
    return field.name != "server_names" &&
           !same_field(value(a, field.name), value(b, field.name), field);
  });
}

SourceRange match_place(const yaml::Node& chain) {
  const yaml::Entry* match = find_field(chain, "filter_chain_match");
  return match == nullptr ? chain.range : match->key.range;
}

// Tells of each chain the first one before it that takes the same connections.
void check_overlaps(const yaml::Node& listener, Findings& findings) {
  const MessageType* type = find_message(kMatchType);
  const auto chains = items_of(find_value(listener, "filter_chains"));
  if (type == nullptr || find_value(listener, "filter_chain_matcher") != nullptr) return;
  for (std::size_t i = 1; i < chains.size(); ++i) {
    const yaml::Node* match = find_value(chains[i], "filter_chain_match");
    const std::vector<std::string> names = names_of(match);
    for (const yaml::Node& before : chains.first(i)) {
      const yaml::Node* other = find_value(before, "filter_chain_match");
      if (told_apart(match, other, *type)) continue;
      const std::vector<std::string> others = names_of(other);
      const auto both =
          std::find_first_of(names.begin(), names.end(), others.begin(), others.end());
      if (both == names.end()) continue;
      findings
          .report(kDuplicateName, match_place(chains[i]), "{}",
                  both->empty() ? "two filter chains take the same connections: Envoy refuses the "
                                  "listener"
                                : fmt::format("two filter chains are for \"{}\": Envoy refuses "
                                              "the listener",
                                              *both))
          .related(match_place(before), "the other one is here")
          .help("give each chain a \"filter_chain_match\" of its own");
      break;
    }
  }
}

void check_names(const yaml::Node& chain, Findings& findings) {
  const yaml::Node* match = find_value(chain, "filter_chain_match");
  if (match == nullptr) return;
  std::unordered_set<std::string> seen;
  for (const yaml::Node& name : items_of(find_value(*match, "server_names"))) {
    if (!seen.insert(to_lower(name.scalar)).second)
      findings
          .report(kDuplicateName, name.range,
                  "the match has \"{}\" twice: Envoy refuses the listener", name.scalar)
          .help("remove one of them");
    if (is_server_name(name.scalar)) continue;
    auto finding = findings.report(
        kOutOfBounds, name.range,
        "\"{}\" is neither a name nor \"*.\" and a domain: Envoy refuses the listener",
        name.scalar);
    if (name.scalar == "*") finding.help("leave \"server_names\" away to take every name");
  }
}

// Whether the EnvoyFilter takes filters out of chains, or puts them into its own.
bool changes_filters(const resource::EnvoyFilter& filter, bool removes) {
  return std::any_of(filter.config_patches->begin(), filter.config_patches->end(),
                     [&](const auto& patch) {
                       return *patch->apply_to == ApplyTo::NetworkFilter &&
                              (*patch->patch->operation == PatchOperation::Remove) == removes;
                     });
}

bool names_terminal(const ConfigPatch& patch) {
  std::string_view name = *patch.match->listener->filter_chain->filter->name;
  if (!name.starts_with(kFilterNames)) return false;
  name.remove_prefix(kFilterNames.size());
  return std::any_of(kTerminal.begin(), kTerminal.end(),
                     [&](std::string_view type) { return type.substr(0, type.find('.')) == name; });
}

// A filter that is put into the chains of others.
void check_insertion(const ConfigPatch& patch, Findings& findings) {
  const PatchOperation operation = *patch.patch->operation;
  const bool named = !patch.match->listener->filter_chain->filter->name->empty();
  const bool at_end =
      operation == PatchOperation::Add ||
      (operation == PatchOperation::InsertAfter && (!named || names_terminal(patch)));
  const bool before_others =
      operation == PatchOperation::InsertFirst || operation == PatchOperation::InsertBefore;
  const Role role = role_of(*patch.patch->value.node);
  if (at_end && role == Role::Passes) {
    findings
        .report(kMisplacedExtension, patch.patch->operation.range,
                "{} puts the filter behind the one that ends the chain: Envoy refuses the listener",
                patch.patch->operation.text())
        .help("use INSERT_FIRST, or INSERT_BEFORE with the name of the last filter");
  } else if (before_others && role == Role::Ends) {
    findings
        .report(kMisplacedExtension, patch.patch->operation.range,
                "{} puts a filter that ends the chain before others: Envoy refuses the listener",
                patch.patch->operation.text())
        .help("use REPLACE to put it in the place of the last filter");
  }
}

}  // namespace

void check_filter_chains(const resource::EnvoyFilter& filter, const ConfigPatch& patch,
                         Findings& findings) {
  if (!patch.patch->value.present() || *patch.patch->operation == PatchOperation::Remove) return;
  const yaml::Node& value = *patch.patch->value.node;
  const auto check_chain = [&](const yaml::Node& chain) {
    check_names(chain, findings);
    if (adds(patch)) check_roles(chain, changes_filters(filter, false), findings);
  };
  if (*patch.apply_to == ApplyTo::NetworkFilter) {
    if (!changes_filters(filter, true)) check_insertion(patch, findings);
    return;
  }
  if (*patch.apply_to == ApplyTo::FilterChain) return check_chain(value);
  if (*patch.apply_to != ApplyTo::Listener) return;
  for (const yaml::Node& chain : items_of(find_value(value, "filter_chains"))) check_chain(chain);
  if (const yaml::Node* chain = find_value(value, "default_filter_chain")) check_chain(*chain);
  if (adds(patch)) check_overlaps(value, findings);
}

}  // namespace egressctl::envoy
