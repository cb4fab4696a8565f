// By which ways workloads can reach the internet past the egress gateway.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/trace/trace.h"

namespace egressctl::audit {

enum class Way {
  NoSidecar,      // nothing leads the pod's connections anywhere
  Exclusion,      // annotations that take ports or ranges from the sidecar
  Passthrough,    // the sidecar lets hosts pass that no one registered
  Direct,         // the sidecar connects to registered hosts itself
  Udp,            // UDP 443, which no sidecar takes
  NetworkPolicy,  // Kubernetes does not hold a pod that goes around its sidecar
  OpenForwarder,  // a gateway forwards by SNI for clients without a certificate of the mesh
  AnySni,         // a gateway forwards to any name
  InnerSni,       // a gateway forwards whatever name is asked for inside of the mesh's mTLS
};

inline constexpr Way kWays[] = {Way::NoSidecar,     Way::Exclusion, Way::Passthrough,
                                Way::Direct,        Way::Udp,       Way::NetworkPolicy,
                                Way::OpenForwarder, Way::AnySni,    Way::InnerSni};

// "no-sidecar", "exclusion", "passthrough", "direct", "udp-443", "network-policy",
// "open-forwarder", "any-sni", "inner-sni".
[[nodiscard]] std::string_view to_string(Way way);

// What usually closes the way: a sentence without a final stop.
[[nodiscard]] std::string_view mend_of(Way way);

enum class State {
  Open,
  Held,  // a NetworkPolicy alone closes it
  Closed,
};

[[nodiscard]] std::string_view to_string(State state);

struct Finding {
  std::string name_space;
  std::string workload;  // "*" for the pods of a namespace that has none in the input
  Way way = Way::NoSidecar;
  State state = State::Closed;
  std::string why;          // a sentence without a final stop
  topology::Causes causes;  // what opens it, as far as that is written
  std::string_view mend;    // what closes it, where that is not what usually does; empty: it is
};

// Every way of every client and gateway that the input shows: by namespace, workload and way. What
// the input lacks is taken as Istio and Kubernetes have it without: sidecars are injected where the
// Namespace is not in the input, and pods that no NetworkPolicy selects may connect to everything.
[[nodiscard]] std::vector<Finding> audit(const mesh::Mesh& mesh);

// A table of `findings`, what closes the open ways, and a count of them. For ways in `allowed` the
// table says "allowed" in place of "open".
[[nodiscard]] std::string to_text(const std::vector<Finding>& findings,
                                  const std::vector<Way>& allowed);

// {"version": 1, "summary": {"ways", "open", "allowed", "held"}, "ways": [{"namespace", "workload",
// "way", "state", "why", "because": [{"kind", "namespace", "name", "location"}], "mend"}]}.
[[nodiscard]] std::string to_json(const std::vector<Finding>& findings,
                                  const std::vector<Way>& allowed);

// How many are open and not allowed.
[[nodiscard]] std::size_t open_count(const std::vector<Finding>& findings,
                                     const std::vector<Way>& allowed);

}  // namespace egressctl::audit
