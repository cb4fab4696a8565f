// Computes what istiod would send each proxy, from the input alone.
//
// Source: istio/istio 1.31, pilot/pkg/networking/core and pilot/pkg/model; the .cc files name the
// functions that they follow.
#pragma once

#include <memory>

#include "lib/mesh/mesh.h"
#include "lib/topology/model.h"

namespace egressctl::topology {

class Snapshot;

// Computes for many proxies of one mesh; what proxies share is worked out once. Safe to use from
// several threads. The Mesh must outlive it and all that it returns.
class Computer {
 public:
  explicit Computer(const mesh::Mesh& mesh);
  ~Computer();
  Computer(const Computer&) = delete;
  Computer& operator=(const Computer&) = delete;

  // Never fails: what istiod would leave out is left out.
  [[nodiscard]] Topology compute(const Proxy& proxy) const;

 private:
  std::unique_ptr<const Snapshot> snapshot_;
};

// The same for one proxy.
[[nodiscard]] Topology compute(const mesh::Mesh& mesh, const Proxy& proxy);

}  // namespace egressctl::topology
