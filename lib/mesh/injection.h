// Which pods have a sidecar, and what of their outbound traffic it takes.
//
// Source: istio.io/docs/setup/additional-setup/sidecar-injection, istio.io/docs/reference/config/
// annotations; istio/istio 1.31, pkg/kube/inject/inject.go (injectRequired), manifests/charts/
// istio-control/istio-discovery/templates/mutatingwebhook.yaml (which pods it is asked about),
// tools/istio-iptables/pkg/capture/run.go (the order of inclusions and exclusions; the user and the
// group that are left alone).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/ip_address.h"
#include "lib/mesh/mesh.h"

namespace egressctl::mesh {

// What the labels of a namespace say of sidecars in its pods.
enum class Injection { Sidecar, Ambient, Off, Unlabelled, Unknown };

// Unknown when the input does not have the Namespace.
[[nodiscard]] Injection injection_of(const Mesh& mesh, std::string_view name_space);

// The pod's own word on injection, "true" or "false": of its label, else of its annotation; nullptr
// when it says none.
[[nodiscard]] const resource::Text* injection_word(const Workload& pod);

// Why a pod has no sidecar.
struct NoSidecar {
  std::string_view why;                          // a sentence without a final stop
  bool ambient = false;                          // ztunnel takes its connections
  const resource::Resource* resource = nullptr;  // that says so
  SourceRange range;
};

// std::nullopt when it has one. A Namespace that is not in the input is taken to inject.
[[nodiscard]] std::optional<NoSidecar> no_sidecar(const Mesh& mesh, const Workload& pod);

// The label `istio.io/use-waypoint` that counts for a resource: its own, else that of its
// Namespace. nullptr when there is none, or when it says "none".
[[nodiscard]] const resource::Text* waypoint_label(const Mesh& mesh,
                                                   const resource::Resource& resource);

// A part of a pod's outbound connections that does not go to its sidecar, by annotations and by the
// user that containers run as.
struct Exclusion {
  enum class Kind {
    Everything,   // no connection is redirected: interceptionMode NONE
    User,         // container `word` runs as the proxy's own user or group
    Interface,    // `word` is a network interface that connections leave by
    Port,         // `word` is a port, or "*"
    Range,        // `word` is a range with addresses of the internet
    NotIncluded,  // `word` lists the only ranges that the sidecar takes
  };
  Kind kind = Kind::Port;
  std::string_view word;
  std::optional<std::int64_t> port;  // of Kind::Port; std::nullopt: every one
  std::vector<std::int64_t> kept;    // of Kind::NotIncluded: ports that are taken all the same
  const resource::Text* annotation = nullptr;  // that says so; nullptr of Kind::User
  SourceRange range;                           // of what says so

  // Whether a connection goes around the sidecar; std::nullopt is an address of the internet that
  // is not known.
  [[nodiscard]] bool covers(const std::optional<IpAddress>& address, std::int64_t number) const;
};

// "port 443 goes around the sidecar".
[[nodiscard]] std::string describe(const Exclusion& exclusion);

// In the order of the kinds.
[[nodiscard]] std::vector<Exclusion> exclusions_of(const Workload& pod);

}  // namespace egressctl::mesh
