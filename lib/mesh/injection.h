// Which pods have a sidecar, and what of their outbound traffic it takes.
//
// Source: istio.io/docs/setup/additional-setup/sidecar-injection, istio.io/docs/reference/config/
// annotations; istio/istio 1.31, pkg/kube/inject/inject.go (injectRequired).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "lib/mesh/mesh.h"

namespace egressctl::mesh {

// What the labels of a namespace say of sidecars in its pods.
enum class Injection { Sidecar, Ambient, Off, Unlabelled, Unknown };

// Unknown when the input does not have the Namespace.
[[nodiscard]] Injection injection_of(const Mesh& mesh, std::string_view name_space);

// The pod's own word on injection, "true" or "false": of its label, else of its annotation; nullptr
// when it says none.
[[nodiscard]] const resource::Text* injection_word(const Workload& pod);

// A part of a pod's outbound connections that its annotations take from its sidecar.
struct Exclusion {
  enum class Kind {
    Port,         // `word` is a port, or "*"
    Range,        // `word` is a range with addresses of the internet
    NotIncluded,  // `word` lists the only ranges that the sidecar takes
  };
  Kind kind = Kind::Port;
  std::string_view word;
  std::optional<std::int64_t> port;            // of Kind::Port; std::nullopt: every one
  const resource::Text* annotation = nullptr;  // never nullptr
};

// In the order ports, ranges, what is not included.
[[nodiscard]] std::vector<Exclusion> exclusions_of(const Workload& pod);

}  // namespace egressctl::mesh
