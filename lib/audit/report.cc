#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lib/audit/audit.h"
#include "lib/render/columns.h"
#include "lib/trace/json.h"

namespace egressctl::audit {
namespace {

using trace::Json;

bool contains(const std::vector<Way>& ways, Way way) {
  return std::find(ways.begin(), ways.end(), way) != ways.end();
}

bool is_open(const Finding& finding, const std::vector<Way>& allowed) {
  return finding.state == State::Open && !contains(allowed, finding.way);
}

std::string_view mend_of(const Finding& finding) {
  return finding.mend.empty() ? audit::mend_of(finding.way) : finding.mend;
}

std::string_view state_of(const Finding& finding, const std::vector<Way>& allowed) {
  if (finding.state == State::Open && contains(allowed, finding.way)) return "allowed";
  return to_string(finding.state);
}

auto count(const std::vector<Finding>& findings, const std::vector<Way>& allowed,
           std::string_view state) {
  return std::count_if(findings.begin(), findings.end(),
                       [&](const Finding& finding) { return state_of(finding, allowed) == state; });
}

}  // namespace

std::string_view to_string(Way way) {
  switch (way) {
    case Way::NoSidecar: return "no-sidecar";
    case Way::Exclusion: return "exclusion";
    case Way::Passthrough: return "passthrough";
    case Way::Direct: return "direct";
    case Way::Udp: return "udp-443";
    case Way::NetworkPolicy: return "network-policy";
    case Way::OpenForwarder: return "open-forwarder";
    case Way::AnySni: return "any-sni";
    case Way::InnerSni: return "inner-sni";
  }
  return {};
}

std::string_view to_string(State state) {
  switch (state) {
    case State::Open: return "open";
    case State::Held: return "held";
    case State::Closed: return "closed";
  }
  return {};
}

std::string_view mend_of(Way way) {
  switch (way) {
    case Way::NoSidecar: return "let the pods have a sidecar, or keep them in with a NetworkPolicy";
    case Way::Exclusion:
      return "remove the annotations, let nothing run as user 1337, and register the hosts with "
             "ServiceEntries";
    case Way::Passthrough:
      return "set outboundTrafficPolicy.mode to REGISTRY_ONLY, in the MeshConfig or in a Sidecar";
    case Way::Direct: return "route the hosts to the gateway with a VirtualService for `mesh`";
    case Way::Udp: return "allow TCP only in the egress rules of NetworkPolicies";
    case Way::NetworkPolicy:
      return "add a NetworkPolicy that lets the pods reach DNS, istiod and the gateway only";
    case Way::OpenForwarder:
      return "end the mesh's mTLS in front of the forwarder (tls.mode ISTIO_MUTUAL), or make its "
             "listener an internal one";
    case Way::AnySni: return "give the filter chain the server_names that it may forward to";
    case Way::InnerSni:
      return "check the inner SNI in the gateway: an internal listener whose filter chain has the "
             "server_names that its destination is for";
  }
  return {};
}

std::size_t open_count(const std::vector<Finding>& findings, const std::vector<Way>& allowed) {
  return static_cast<std::size_t>(count(findings, allowed, to_string(State::Open)));
}

std::string to_text(const std::vector<Finding>& findings, const std::vector<Way>& allowed) {
  std::vector<std::vector<std::string>> rows = {{"NAMESPACE", "WORKLOAD", "WAY", "STATE", "WHY"}};
  std::vector<std::vector<std::string>> mends;
  for (const Finding& finding : findings)
    rows.push_back({finding.name_space, finding.workload, std::string(to_string(finding.way)),
                    std::string(state_of(finding, allowed)), finding.why});
  for (const Way way : kWays) {
    std::set<std::string_view> told;
    for (const Finding& finding : findings)
      if (finding.way == way && is_open(finding, allowed) && told.insert(mend_of(finding)).second)
        mends.push_back({fmt::format("  {}", to_string(way)), std::string(mend_of(finding))});
  }
  std::string out = render::to_columns(rows, 2);
  if (!mends.empty()) out += "\nTo close them:\n" + render::to_columns(mends, 2);
  return out + fmt::format("\n{} of {} ways out are open\n", open_count(findings, allowed),
                           findings.size());
}

std::string to_json(const std::vector<Finding>& findings, const std::vector<Way>& allowed) {
  Json ways = Json::array();
  for (const Finding& finding : findings) {
    Json& one = ways.emplace_back(Json{{"namespace", finding.name_space},
                                       {"workload", finding.workload},
                                       {"way", to_string(finding.way)},
                                       {"state", state_of(finding, allowed)},
                                       {"why", finding.why},
                                       {"because", trace::to_json_list(finding.causes)}});
    if (is_open(finding, allowed)) one["mend"] = mend_of(finding);
  }
  return trace::dump({{"version", 1},
                      {"summary",
                       {{"ways", findings.size()},
                        {"open", open_count(findings, allowed)},
                        {"allowed", count(findings, allowed, "allowed")},
                        {"held", count(findings, allowed, to_string(State::Held))}}},
                      {"ways", std::move(ways)}});
}

}  // namespace egressctl::audit
