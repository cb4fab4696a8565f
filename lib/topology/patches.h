// The patches of EnvoyFilters that apply to a proxy.
//
// Source: istio/istio pilot/pkg/model/{envoyfilter,push_context}.go.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/mesh/mesh.h"
#include "lib/topology/cause.h"
#include "lib/topology/proxy.h"

namespace egressctl::topology {

struct Patch {
  const resource::Resource* resource = nullptr;  // the EnvoyFilter
  const resource::Positioned<resource::ConfigPatch>* config = nullptr;
  resource::PatchOperation operation = resource::PatchOperation::Invalid;

  [[nodiscard]] resource::ApplyTo apply_to() const { return *(*config)->apply_to; }
  [[nodiscard]] const resource::PatchMatch& match() const { return *(*config)->match; }
  [[nodiscard]] const yaml::Node* value() const { return (*config)->patch->value.node; }
  [[nodiscard]] Cause cause() const { return {resource, (*config)->patch.range}; }
  [[nodiscard]] bool in(resource::PatchContext context) const;
};

// One for whichever proxy, that the computation takes no account of.
inline constexpr RuleId kNotComputed{"EGR0016", "patch-not-computed", Severity::Info};

// Finds those in the mesh, each at its place.
[[nodiscard]] Diagnostics patches_left_out(const mesh::Mesh& mesh);

// Immutable; safe to use from several threads.
class PatchIndex {
 public:
  explicit PatchIndex(const mesh::Mesh& mesh);

  // Those for the proxy, in the order in which they are applied.
  [[nodiscard]] std::vector<Patch> of_proxy(const Proxy& proxy) const;

 private:
  const mesh::Mesh& mesh_;
  std::unordered_map<std::string_view, std::vector<const resource::Resource*>> filters_;
};

}  // namespace egressctl::topology
