#include "lib/spec/contradictions.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/spec/host_index.h"
#include "lib/spec/quoted.h"
#include "lib/spec/rules.h"
#include "lib/spec/tables.h"

namespace egressctl::spec {
namespace {

using Hosts = std::vector<Located<std::string>>;

const Located<std::string>* first_wildcard(const Hosts& hosts) {
  const auto at =
      std::find_if(hosts.begin(), hosts.end(), [](const auto& host) { return is_wildcard(*host); });
  return at == hosts.end() ? nullptr : &*at;
}

const Located<std::string>* first_name(const Hosts& hosts) {
  const auto at = std::find_if(hosts.begin(), hosts.end(),
                               [](const auto& host) { return !is_wildcard(*host); });
  return at == hosts.end() ? nullptr : &*at;
}

std::string via_here(const Destination& destination) {
  return fmt::format("via is {} here", to_string(*destination.via));
}

// A key that means something with one `via` alone.
void check_key(const ReadDestination& read, const Table& table, std::string_view key,
               const SourceRange& range, Diagnostics& diagnostics) {
  const Via only = *table.find(key)->only_via;
  const Via via = *read.value.via;
  if (!range.known() || via == only) return;
  diagnostics
      .report(kMisplacedKey, range, "\"{}\" means nothing with via: {}; only {} takes it", key,
              to_string(via), to_string(only))
      .related(read.value.via.range, via_here(read.value))
      .field(fmt::format("{}.{}", read.path, key))
      .help(fmt::format("remove it, or use via: {}", to_string(only)));
}

void check_keys(const ReadDestination& read, Diagnostics& diagnostics) {
  const Field* destinations = document_table().find("spec")->table->find("destinations");
  const Table& table = *destinations->table;
  check_key(read, table, "commonHost", read.value.common_host.range, diagnostics);
  check_key(read, table, "resolution", read.value.resolution.range, diagnostics);
  check_key(read, table, "tls", read.tls, diagnostics);
}

// The gateway dials what a Gateway or Originate destination names, and a wildcard names nothing.
void check_wildcards(const ReadDestination& read, Diagnostics& diagnostics) {
  const Destination& destination = read.value;
  const Via via = *destination.via;
  if (via != Via::Gateway && via != Via::Originate) return;
  for (std::size_t i = 0; i < destination.hosts.size(); ++i) {
    const Located<std::string>& host = destination.hosts[i];
    if (!is_wildcard(*host)) continue;
    diagnostics
        .report(kWildcardWithoutUpstream, host.range,
                "via: {} needs names; \"{}\" does not say which host the gateway is to dial",
                to_string(via), *host)
        .related(destination.via.range, via_here(destination))
        .field(fmt::format("{}.hosts[{}]", read.path, i))
        .help(
            via == Via::Gateway
                ? "use via: common-host when one host serves all of its names, else via: sni-proxy"
                : "list the names; clients that speak TLS themselves can use via: sni-proxy");
  }
}

void report_no_common_host(const ReadDestination& read, Diagnostics& diagnostics) {
  const Destination& destination = read.value;
  const auto* wildcard = first_wildcard(destination.hosts);
  diagnostics
      .report(kMissingKey, read.start, "{} has no \"commonHost\", which via: common-host needs",
              read.path)
      .related(destination.via.range, via_here(destination))
      .field(read.path + ".commonHost")
      .help(wildcard != nullptr && read.hosts_usable
                ? fmt::format("add the host that serves all names, such as commonHost: www{}",
                              (*wildcard)->substr(1))
                : "add the host that serves all names of the wildcard");
}

void check_common_host(const ReadDestination& read, Diagnostics& diagnostics) {
  const Destination& destination = read.value;
  if (*destination.via != Via::CommonHost) return;
  if (!destination.common_host.range.known()) report_no_common_host(read, diagnostics);
  if (!read.hosts_usable) return;
  if (first_wildcard(destination.hosts) == nullptr) {
    diagnostics
        .report(kCommonHostWithoutWildcard, destination.via.range,
                "via: common-host is for wildcards, and {} lists none", read.path)
        .field(read.path + ".via")
        .help("use via: gateway, which reaches each name at its own address");
    return;
  }
  if (!read.common_host_usable) return;
  const std::string& common = *destination.common_host;
  const auto covers = [&](const auto& host) {
    return is_wildcard(*host) && host_covers(*host, common);
  };
  const Hosts& hosts = destination.hosts;
  if (std::any_of(hosts.begin(), hosts.end(), covers)) return;
  const Located<std::string>& wildcard = *first_wildcard(hosts);
  diagnostics
      .report(kCommonHostOutsideWildcards, destination.common_host.range,
              "commonHost \"{}\" is within no wildcard of the destination", common)
      .related(wildcard.range, fmt::format("it would serve \"{}\"", *wildcard))
      .field(read.path + ".commonHost")
      .help(fmt::format("name a host below a wildcard, such as \"www{}\"", wildcard->substr(1)));
}

void check_resolution(const ReadDestination& read, const Istio& istio, Diagnostics& diagnostics) {
  const Destination& destination = read.value;
  if (*destination.via != Via::Direct) return;
  const Resolution resolution = *destination.resolution;
  const std::string field = read.path + ".resolution";
  if (resolution == Resolution::DynamicDns && *istio.version < kDynamicDnsSince)
    diagnostics
        .report(kDynamicDnsTooEarly, destination.resolution.range,
                "resolution: dynamic-dns needs Istio {}; the spec is for {}",
                to_string(kDynamicDnsSince), to_string(*istio.version))
        .related(istio.version.range, "Istio's version is given here")
        .field(field)
        .help("use resolution: none, which sends to the address that the client dialled");
  const bool for_wildcards = resolution == Resolution::DynamicDns;
  if (!for_wildcards && resolution != Resolution::Dns) return;
  const auto* misfit =
      for_wildcards ? first_name(destination.hosts) : first_wildcard(destination.hosts);
  if (misfit == nullptr || !read.hosts_usable) return;
  diagnostics
      .report(kResolutionDoesNotFit, destination.resolution.range,
              "resolution: {} takes {} alone; \"{}\" is a {}", to_string(resolution),
              for_wildcards ? "wildcards" : "names", **misfit, for_wildcards ? "name" : "wildcard")
      .related(misfit->range, "listed here")
      .field(field)
      .help(
          "remove \"resolution\", or split the destination into one for names and one for "
          "wildcards");
}

void check_names(std::span<const ReadDestination> destinations, Diagnostics& diagnostics) {
  std::unordered_map<std::string_view, SourceRange> first;
  for (const ReadDestination& read : destinations) {
    const Located<std::string>& name = read.value.name;
    if (!name.range.known()) continue;
    const auto [at, fresh] = first.try_emplace(*name, name.range);
    if (fresh) continue;
    diagnostics.report(kDuplicateName, name.range, "two destinations are named {}", quoted(*name))
        .related(at->second, "the first one is here")
        .field(read.path + ".name")
        .help("give each a name of its own; resources are named after it");
  }
}

// `*.example.com` looks as if it meant example.com, too.
void check_apex(const ReadDestination& read, const HostIndex& index, const Policy& policy,
                Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < read.value.hosts.size(); ++i) {
    const Located<std::string>& host = read.value.hosts[i];
    if (!is_wildcard(*host)) continue;
    const std::string_view apex = std::string_view(*host).substr(2);
    if (apex.find('.') == std::string_view::npos || index.covers(apex)) continue;
    diagnostics
        .report(kApexNotListed, host.range, "\"{}\" does not cover \"{}\", and no other host does",
                *host, apex)
        .field(fmt::format("{}.hosts[{}]", read.path, i))
        .help(fmt::format("list \"{}\" as well; as it is, sidecars {}", apex,
                          *policy.outbound == Outbound::AllowAny ? "send it past the gateway"
                                                                 : "drop connections to it"));
  }
}

}  // namespace

void check_destination(const ReadDestination& read, const Istio& istio, Diagnostics& diagnostics) {
  if (!read.value.via.range.known()) return;
  check_keys(read, diagnostics);
  check_wildcards(read, diagnostics);
  check_common_host(read, diagnostics);
  check_resolution(read, istio, diagnostics);
}

void check_destinations(std::span<const ReadDestination> destinations, const Policy& policy,
                        Diagnostics& diagnostics) {
  check_names(destinations, diagnostics);
  HostIndex index;
  for (const ReadDestination& read : destinations) index.add(read.value, read.path, diagnostics);
  for (const ReadDestination& read : destinations) {
    const bool routed = *read.value.via != Via::Gateway && *read.value.via != Via::Originate;
    if (read.hosts_usable && read.value.via.range.known() && routed)
      check_apex(read, index, policy, diagnostics);
  }
}

void check_policy(const Spec& spec, Diagnostics& diagnostics) {
  const Policy& policy = spec.policy;
  if (*policy.inner_sni == InnerSni::Strict && *spec.istio.version < kStrictSince)
    diagnostics
        .report(kStrictTooEarly, policy.inner_sni.range,
                "innerSni: strict needs Istio {}; the spec is for {}", to_string(kStrictSince),
                to_string(*spec.istio.version))
        .related(spec.istio.version.range, "Istio's version is given here")
        .field("spec.policy.innerSni")
        .help("use innerSni: allow-list, which works with every version");
  if (*policy.inner_sni == InnerSni::Off)
    diagnostics
        .report(kInnerSniUnchecked, policy.inner_sni.range,
                "the gateway does not look at inner SNIs; a client that skips its sidecar can ask "
                "for any host")
        .field("spec.policy.innerSni")
        .help("use innerSni: allow-list, which lets only the destination's hosts pass");
  if (*policy.outbound == Outbound::AllowAny)
    diagnostics
        .report(kUnlistedHostsBypass, policy.outbound.range,
                "hosts that no destination lists bypass the gateway with outbound: ALLOW_ANY")
        .field("spec.policy.outbound")
        .help("use outbound: REGISTRY_ONLY, with which sidecars drop them");
  if (spec.clients.empty() && *policy.network_policy && policy.network_policy.range.known())
    diagnostics
        .report(kClientsWithoutNetworkPolicy, policy.network_policy.range,
                "NetworkPolicies are namespaced; without clients only the gateway gets one")
        .related(spec.clients_range, "no clients are listed here")
        .field("spec.policy.networkPolicy")
        .help("list the clients' namespaces to have one made for each");
}

}  // namespace egressctl::spec
