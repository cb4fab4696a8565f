// Clusters as Envoy takes them: how they find their hosts, and who picks one.
//
// Source: envoyproxy/envoy source/common/upstream/cluster_manager_impl.cc (loadCluster: "cluster
// provided LB not specified", "cluster provided LB specified but ... did not provide one"),
// upstream_impl.cc (resolveProtoAddress: "malformed IP address").
#include <algorithm>
#include <array>

#include "lib/base/ip_address.h"
#include "lib/envoy/patch_checks.h"
#include "lib/envoy/rules.h"
#include "lib/envoy/visit.h"
#include "lib/yaml/edit.h"

namespace egressctl::envoy {
namespace {

constexpr std::string_view kProvided = "CLUSTER_PROVIDED";
constexpr std::string_view kAssignment = "envoy.config.endpoint.v3.ClusterLoadAssignment";
constexpr std::string_view kSocketAddress = "envoy.config.core.v3.SocketAddress";

// Types of clusters that pick the host themselves.
constexpr std::array<std::string_view, 2> kPicking{
    "envoy.extensions.clusters.aggregate.v3.ClusterConfig",
    "envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig"};

bool is_word(const yaml::Node* node, std::string_view word, std::string_view number) {
  return node != nullptr && (node->scalar == word || node->scalar == number);
}

bool picks_itself(const yaml::Node& cluster) {
  if (is_word(find_value(cluster, "type"), "ORIGINAL_DST", "4")) return true;
  const yaml::Node* own = find_value(cluster, "cluster_type");
  const yaml::Node* config = own == nullptr ? nullptr : find_value(*own, "typed_config");
  return config != nullptr &&
         std::find(kPicking.begin(), kPicking.end(), type_in_any(*config)) != kPicking.end();
}

// A policy that leaves the choice to a cluster of a type that makes none.
void check_provided(const yaml::Node& cluster, const yaml::Node& policy, Findings& findings) {
  if (find_value(cluster, "cluster_type") != nullptr ||
      find_value(cluster, "load_balancing_policy") != nullptr)
    return;
  findings
      .report(
          kOutOfBounds, policy.range,
          "a cluster of this type picks no host itself: Envoy refuses it with \"lb_policy: {}\"",
          kProvided)
      .help("remove \"lb_policy\"");
}

void check_policy(const yaml::Node& cluster, SourceRange head, Findings& findings) {
  const yaml::Node* policy = find_value(cluster, "lb_policy");
  if (is_word(policy, kProvided, "6") && !picks_itself(cluster))
    return check_provided(cluster, *policy, findings);
  if (!picks_itself(cluster) || is_word(policy, kProvided, "6") ||
      find_value(cluster, "load_balancing_policy") != nullptr)
    return;
  constexpr std::string_view kMessage =
      "a cluster of this type picks the host itself: Envoy refuses it without \"lb_policy: "
      "CLUSTER_PROVIDED\"";
  auto finding = policy != nullptr
                     ? findings.report(kOutOfBounds, policy->range, "{}", kMessage)
                     : findings.missing(kMissingField, cluster, head, "lb_policy", "{}", kMessage);
  finding.help("set \"lb_policy: CLUSTER_PROVIDED\"");
  const auto edit = policy != nullptr ? yaml::replace_string(*policy, kProvided)
                                      : yaml::insert_entry(cluster, "lb_policy", kProvided);
  if (edit) finding.fix({.title = "let the cluster pick", .safe = true, .edits = {*edit}});
}

// Names are resolved by clusters of the DNS types alone; STATIC is the default.
void check_addresses(const yaml::Node& cluster, Findings& findings) {
  const yaml::Node* type = find_value(cluster, "type");
  const yaml::Node* assignment = find_value(cluster, "load_assignment");
  const MessageType* message = find_message(kAssignment);
  if (assignment == nullptr || message == nullptr ||
      find_value(cluster, "cluster_type") != nullptr ||
      (type != nullptr && !is_word(type, "STATIC", "0")))
    return;
  bool told = false;
  visit_messages(*assignment, *message, [&](const yaml::Node& node, const MessageType& part) {
    if (told || part.name != kSocketAddress || find_value(node, "resolver_name") != nullptr) return;
    const yaml::Node* address = find_value(node, "address");
    if (address == nullptr || !address->is_scalar() || address->scalar.empty() ||
        IpAddress::parse(address->scalar))
      return;
    told = true;
    auto finding = findings.report(
        kOutOfBounds, address->range,
        "\"{}\" is a name, which a cluster of type STATIC does not resolve: Envoy refuses it",
        address->scalar);
    finding.help("set \"type: STRICT_DNS\"");
    const auto edit = type != nullptr ? yaml::replace_string(*type, "STRICT_DNS")
                                      : yaml::insert_entry(cluster, "type", "STRICT_DNS");
    if (edit) finding.fix({.title = "resolve the name", .safe = true, .edits = {*edit}});
  });
}

}  // namespace

void check_cluster(const resource::ConfigPatch& patch, Findings& findings) {
  if (*patch.apply_to != resource::ApplyTo::Cluster || !adds(patch) ||
      !patch.patch->value.present())
    return;
  const yaml::Node& cluster = *patch.patch->value.node;
  check_policy(cluster, patch.patch->value.key, findings);
  check_addresses(cluster, findings);
}

}  // namespace egressctl::envoy
