// Which namespaces a resource is exported to.
//
// Source: istio/istio pkg/config/visibility; `exportTo` of ServiceEntry, VirtualService and
// DestinationRule.
#pragma once

#include <string_view>
#include <vector>

#include "lib/resource/positioned.h"

namespace egressctl::mesh {

// The namespaces that see a resource. Points into the resource that it was made from.
class Visibility {
 public:
  // Everyone.
  Visibility() = default;

  // What `export_to` of a resource in `own` says; `defaults` (MeshConfig) when it is absent.
  Visibility(const resource::Texts& export_to, const resource::Texts& defaults,
             std::string_view own);

  // The same from words that stand elsewhere than in a list; none of them: `defaults`.
  Visibility(const std::vector<std::string_view>& words, const resource::Texts& defaults,
             std::string_view own);

  [[nodiscard]] bool visible_in(std::string_view name_space) const;
  [[nodiscard]] bool everyone() const { return everyone_; }

  // Whether no one sees it.
  [[nodiscard]] bool hidden() const { return !everyone_ && namespaces_.empty(); }

  // When not everyone sees it: who does, each once.
  [[nodiscard]] const std::vector<std::string_view>& namespaces() const { return namespaces_; }

  // Whether some namespace sees both.
  [[nodiscard]] bool overlaps(const Visibility& other) const;

 private:
  void take(const std::vector<std::string_view>& words, std::string_view own);

  bool everyone_ = true;
  std::vector<std::string_view> namespaces_;  // when not everyone
};

}  // namespace egressctl::mesh
