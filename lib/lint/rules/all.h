// The rules of every family. A rule is in a file of its own, and in its family's list.
#pragma once

#include <span>
#include <vector>

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

using List = std::span<const Rule* const>;

// What reading finds: YAML, types, suppressions.
[[nodiscard]] List reading();

// What the check of each resource's structure finds.
[[nodiscard]] List structure();

// What validation of each resource by itself finds.
[[nodiscard]] List validation();

// EGR02xx: names that lead nowhere, or not where one thinks.
[[nodiscard]] List references();

// EGR03xx: routes that do not lead where one thinks.
[[nodiscard]] List routing();

// EGR04xx: TLS that does not protect, or does not match.
[[nodiscard]] List tls();

// EGR05xx: ways around the gateway, and policies that do not do what they seem to.
[[nodiscard]] List security();

// EGR06xx: patches of what istiod sends to proxies.
[[nodiscard]] List envoy_filters();

// EGR07xx: what a release of Istio has not, or no longer.
[[nodiscard]] List versions();

// EGR08xx: order in the set.
[[nodiscard]] List hygiene();

// EGR09xx: the Kubernetes Gateway API.
[[nodiscard]] List gateway_api();

// All of them.
[[nodiscard]] std::vector<const Rule*> all();

}  // namespace egressctl::lint::rules
