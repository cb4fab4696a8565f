// Names of Services that lack a part.
#pragma once

#include <string_view>
#include <vector>

#include "lib/lint/context.h"

namespace egressctl::lint::rules {

// What a name that leads nowhere was most likely meant for.
struct MeantService {
  std::vector<const mesh::Service*> services;  // of Kubernetes, with that name

  [[nodiscard]] bool found() const { return !services.empty(); }
};

// The Services that `host`, written in a resource of `name_space`, may stand for, when it names
// none itself: "name" in another namespace, "name.namespace" or "name.namespace.svc", which Istio
// does not complete. None for any other host.
[[nodiscard]] MeantService meant_service(const mesh::Mesh& mesh, std::string_view host,
                                         std::string_view name_space);

}  // namespace egressctl::lint::rules
