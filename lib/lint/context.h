// What rules may look at.
#pragma once

#include <memory>

#include "lib/lint/shared.h"
#include "lib/mesh/gateways.h"
#include "lib/mesh/mesh.h"
#include "lib/mesh/rule_lookup.h"

namespace egressctl::lint {

struct Options {
  bool posture = false;      // report what is absent, too: `--profile posture`
  bool suppressions = true;  // leave out what comments and annotations silence
  mesh::Options mesh;
};

// Immutable for who looks at it; read by several threads at once.
class Context {
 public:
  Context(const mesh::Mesh& mesh, const mesh::GatewayIndex& gateways, const Options& options)
      : mesh_(mesh), gateways_(gateways), options_(options) {}

  [[nodiscard]] const mesh::Mesh& mesh() const { return mesh_; }
  [[nodiscard]] const mesh::GatewayIndex& gateways() const { return gateways_; }
  [[nodiscard]] const Options& options() const { return options_; }

  // The run's only T, which is made from this context when it is first asked for.
  template <typename T>
  [[nodiscard]] const T& shared() const {
    return shared_.get<T>([this] { return std::make_unique<const T>(*this); });
  }

  [[nodiscard]] const mesh::RuleLookup& rules() const {
    return shared_.get<mesh::RuleLookup>(
        [this] { return std::make_unique<const mesh::RuleLookup>(mesh_); });
  }

 private:
  const mesh::Mesh& mesh_;
  const mesh::GatewayIndex& gateways_;
  const Options& options_;
  mutable Shared shared_;
};

}  // namespace egressctl::lint
