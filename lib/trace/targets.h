// The hosts outside of the mesh that clients may ask for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/mesh/mesh.h"

namespace egressctl::trace {

struct Target {
  std::string host;
  std::uint32_t port = 0;

  bool operator==(const Target&) const = default;
};

// Every external host and port of the registry once, in its order; not the host "*", and not the
// names that lead to parts of a gateway (".internal", ".local"). For "*.example.com" stand the
// names of it that policies and filter chains have, and "any.example.com" unless an allow-list is
// closed.
[[nodiscard]] std::vector<Target> external_targets(const mesh::Mesh& mesh);

}  // namespace egressctl::trace
