// EGR0204 selector-without-pods
#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/references/installed_gateways.h"
#include "lib/lint/rules/references/labels.h"
#include "lib/lint/rules/references/references.h"
#include "lib/mesh/gateway_api.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0204", "selector-without-pods", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/gateway/#Gateway",
    "istio/istio#45854"};

bool looks_like_gateway(const mesh::Workload& pod) {
  if (!pod.label(mesh::kGatewayNameLabel).empty()) return false;
  if (pod.is_gateway_proxy()) return true;
  const auto& containers = *pod.spec->containers;
  return containers.size() == 1 && *containers.front()->name == "istio-proxy";
}

// Gateway pods by namespace.
using Pods = std::unordered_map<std::string_view, std::vector<const mesh::Workload*>>;

Pods gateway_pods(const mesh::Mesh& mesh) {
  Pods out;
  for (const mesh::Workload& pod : mesh.workloads().all())
    if (looks_like_gateway(pod)) out[pod.name_space].push_back(&pod);
  return out;
}

// The pods behind the Services to which sidecars send what the Gateway has routes for.
std::vector<const mesh::Workload*> pods_of_client_half(const mesh::Mesh& mesh,
                                                       const mesh::GatewayView& view) {
  std::vector<const mesh::Workload*> out;
  for (const mesh::VirtualService* service : view.bound)
    for (const mesh::Route& route : service->routes) {
      if (!mesh::applies_at(*service, route, "mesh") ||
          mesh::applies_at(*service, route, view.name))
        continue;
      for (const mesh::RouteTarget& target : route.targets)
        for (const mesh::Service* found : mesh.registry().named(target.host))
          if (found->kubernetes != nullptr && !found->kubernetes->selector->empty())
            for (const auto* pod :
                 mesh.workloads().select(found->name_space, found->kubernetes->selector))
              if (std::find(out.begin(), out.end(), pod) == out.end()) out.push_back(pod);
    }
  return out;
}

// Writes the pod's labels over those of the selector that differ.
std::optional<Fix> follow(const resource::Gateway& gateway, const mesh::Workload& pod) {
  Fix fix{.title = "select the labels that the gateway's pods have", .safe = false, .edits = {}};
  for (const auto& wanted : *gateway.selector) {
    const std::string_view label = pod.label(wanted.name);
    if (label.empty()) return std::nullopt;
    if (label == *wanted.entry) continue;
    const auto edit = yaml::replace_string(*wanted.entry.node, label);
    if (!edit.has_value()) return std::nullopt;
    fix.edits.push_back(*edit);
  }
  return fix;
}

void check_gateway(const Context& in, const mesh::GatewayView& view, const Pods& pods,
                   Diagnostics& out) {
  const resource::TextMap& selector = view.gateway->selector;
  if (!view.pods.empty() || selector->empty() || selector->find(mesh::kGatewayNameLabel) != nullptr)
    return;
  const auto home = pods.find(view.name_space);
  const std::vector<const mesh::Workload*> candidates =
      home != pods.end() ? home->second : pods_of_client_half(in.mesh(), view);
  if (candidates.empty() || in.shared<InstalledGateways>().have_pods(selector)) return;
  auto finding =
      out.report(kId, selector.range, "the selector \"{}\" matches no pod", to_text(selector));
  finding.alias("IST0101");
  for (const mesh::Workload* pod : candidates)
    finding.related(
        pod->labels->present() ? pod->labels->range : pod->resource->metadata.name.range,
        fmt::format("pods of {} have \"{}\"", resource::display_name(*pod->resource),
                    to_text(*pod->labels)));
  if (candidates.size() != 1) {
    finding.help("copy the labels of the gateway's pods");
    return;
  }
  finding.help(
      fmt::format("select labels of {}", resource::display_name(*candidates.front()->resource)));
  if (auto fix = follow(*view.gateway, *candidates.front())) finding.fix(std::move(*fix));
}

void check(const Context& in, Diagnostics& out) {
  const Pods pods = gateway_pods(in.mesh());
  for (const mesh::GatewayView& view : in.gateways().all()) check_gateway(in, view, pods, out);
}

}  // namespace

const Rule kSelectorWithoutPods{
    .info = {.id = kId,
             .summary = "a Gateway whose selector no gateway pod has the labels for",
             .why = "No proxy opens the listener, and sidecars that send traffic there get "
                    "\"connection refused\" (response flags UF, URX). A usual cause is the Helm "
                    "chart `gateway`, which labels its pods `istio: <release name without "
                    "\"istio-\">`.",
             .mend = "Copy the labels from the gateway's pods into `spec.selector`.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
