// One generated resource.
#pragma once

#include <string>
#include <vector>

namespace egressctl::generate {

// The order in which kinds are applied: what others need first, and what cuts traffic off last.
enum class ApplyOrder {
  Namespace,
  Identity,  // ServiceAccount, Role, RoleBinding
  Workload,  // Service, Deployment, HorizontalPodAutoscaler, PodDisruptionBudget
  Registry,  // ServiceEntry
  Gateway,   // Gateway and its EnvoyFilters, policies
  Subset,    // DestinationRule
  Route,     // VirtualService: the gateway's before the sidecars'
  Observe,   // Telemetry
  Restrict,  // Sidecar, NetworkPolicy
};

// A resource as YAML text without document markers. Name and namespace are what the text says.
struct Manifest {
  ApplyOrder order = ApplyOrder::Namespace;
  std::string kind;
  std::string name_space;  // empty: not namespaced
  std::string name;
  std::string text;
  // For a chart: the actions before and behind the text, each on a line of its own; may be empty.
  std::string helm_begin;
  std::string helm_end;
};

// Sorts by order, then namespace, kind and name; of equals the first that was made stays first.
void sort_for_apply(std::vector<Manifest>& manifests);

}  // namespace egressctl::generate
