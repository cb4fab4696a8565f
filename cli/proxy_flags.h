// The proxy that a person names, or describes where the input does not have it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/topology/proxy.h"

namespace CLI {
class App;
}

namespace egressctl::cli {

struct ProxyFlags {
  enum class Type { Guess, Sidecar, Gateway };

  std::string name;
  Type type = Type::Guess;
  std::vector<std::string> labels;
};

// Adds PROXY, and --type and --labels. `flags` must outlive `command`.
void add_proxy_argument(CLI::App& command, ProxyFlags& flags);
void add_proxy_flags(CLI::App& command, ProxyFlags& flags);

// The proxy of the input, or one that the flags describe; `name_space` counts for a name without
// one. Fails with ErrorCode::NotFound or ErrorCode::Usage.
[[nodiscard]] Result<topology::Proxy> choose_proxy(const mesh::Mesh& mesh, const ProxyFlags& flags,
                                                   std::string_view name_space);

}  // namespace egressctl::cli
