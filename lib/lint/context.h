// What rules may look at.
#pragma once

#include "lib/mesh/gateways.h"
#include "lib/mesh/mesh.h"

namespace egressctl::lint {

struct Options {
  bool posture = false;      // report what is absent, too: `--profile posture`
  bool suppressions = true;  // leave out what comments and annotations silence
  mesh::Options mesh;
};

// Immutable; read by several threads at once.
class Context {
 public:
  Context(const mesh::Mesh& mesh, const mesh::GatewayIndex& gateways, const Options& options)
      : mesh_(mesh), gateways_(gateways), options_(options) {}

  [[nodiscard]] const mesh::Mesh& mesh() const { return mesh_; }
  [[nodiscard]] const mesh::GatewayIndex& gateways() const { return gateways_; }
  [[nodiscard]] const Options& options() const { return options_; }

 private:
  const mesh::Mesh& mesh_;
  const mesh::GatewayIndex& gateways_;
  const Options& options_;
};

}  // namespace egressctl::lint
