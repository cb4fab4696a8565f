// Why a proxy does not find the subset that a destination names.
#pragma once

#include "lib/lint/rules/references/hops.h"

namespace egressctl::lint::rules {

enum class SubsetFault {
  None,
  Missing,         // no rule that may be meant has it
  Unknown,         // nothing in the input is known of the host
  ThirdNamespace,  // the rule that has it is in a namespace where nobody looks
  Shadowed,        // a rule of the client's namespace comes before the one that has it
  NotExported,     // the rule that has it is not exported to the client
};

struct SubsetVerdict {
  SubsetFault fault = SubsetFault::None;
  const mesh::Rule* rule = nullptr;    // the one that has the subset, else one that applies
  const mesh::Rule* winner = nullptr;  // of Shadowed: the one that applies instead
};

// Judges the subset of a destination as proxies of `client` see it.
[[nodiscard]] SubsetVerdict judge_subset(const Context& in, const Hops& hops, const Hop& hop,
                                         std::string_view client);

// Whether the rule says anything of TLS, for whatever subset or port.
[[nodiscard]] bool sets_tls(const mesh::Rule& rule);

// Whether proxies of the namespace may make calls of their own: pods that are no gateways run
// there, or it has a VirtualService for sidecars that leads to the host.
[[nodiscard]] bool may_call(const Context& in, const Hops& hops, std::string_view name_space,
                            const Hop& hop);

}  // namespace egressctl::lint::rules
