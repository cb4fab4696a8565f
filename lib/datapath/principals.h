// Whom AuthorizationPolicies let use a chain, where the names of a certificate tell it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/mesh/settings.h"
#include "lib/topology/listener.h"

namespace egressctl::datapath {

// SPIFFE ids ("spiffe://cluster.local/ns/default/*") of which a client of a chain that takes
// `server_names` on `port` must have one; empty: no policy asks for any. std::nullopt when what the
// policies say can't be told by a certificate's name alone, and when nobody is let through.
[[nodiscard]] std::optional<std::vector<std::string>> allowed_principals(
    const std::vector<topology::Rbac>& parts, const std::vector<std::string>& server_names,
    std::uint32_t port, const mesh::Settings& settings);

}  // namespace egressctl::datapath
