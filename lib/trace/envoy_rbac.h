// Whether a network RBAC filter that an EnvoyFilter put in lets a connection pass.
//
// Source: envoyproxy.io, envoy.config.rbac.v3 (RBAC, Permission, Principal) and
// envoy.type.matcher.v3.StringMatcher.
#pragma once

#include <string>

#include "lib/trace/policy.h"
#include "lib/trace/truth.h"
#include "lib/yaml/node.h"

namespace egressctl::trace {

struct RbacVerdict {
  Truth passes = Truth::Yes;
  std::string policy;  // whose rule decided; empty: none
};

// `config`: the filter's `typed_config`. What it asks of metadata, filter state and the like is
// Maybe, as is a `matcher` in place of rules.
[[nodiscard]] RbacVerdict evaluate_rbac(const yaml::Node& config, const Facts& facts);

}  // namespace egressctl::trace
