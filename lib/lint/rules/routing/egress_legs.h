// What sidecars send to egress gateways, and which names their rules take.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "lib/lint/rules/tls/gateway_legs.h"

namespace egressctl::lint::rules {

// The legs whose Gateway lets traffic out of the mesh; see gateway_legs().
[[nodiscard]] const std::vector<GatewayLeg>& egress_legs(const Context& in);

// The names and wildcards that rules for sidecars take, whatever they do with them.
class MeshNames {
 public:
  explicit MeshNames(const mesh::Mesh& mesh);

  // Whether a rule takes the name, be it by a wildcard.
  [[nodiscard]] bool takes(std::string_view name) const;

 private:
  std::unordered_set<std::string_view> names_;
};

}  // namespace egressctl::lint::rules
