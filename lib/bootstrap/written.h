// What EnvoyFilters wrote, merged as protobuf merges messages.
#pragma once

#include <string_view>

#include "lib/bootstrap/json.h"
#include "lib/topology/written.h"

namespace egressctl::bootstrap {

// All values merged, with the names of fields in snake_case. `type` is the full name of the
// message: "envoy.config.cluster.v3.Cluster".
[[nodiscard]] Json merged(const topology::Written& written, std::string_view type);

// Adds to `made` the fields of `more` that it does not have, in messages that both have, too.
void complete(Json& made, const Json& more);

// The same with what was written.
void complete(Json& made, const topology::Written& written, std::string_view type);

}  // namespace egressctl::bootstrap
