#include "lib/mesh/gateway_api.h"

#include <deque>
#include <utility>

#include "lib/mesh/gateway_api_http.h"
#include "lib/mesh/gateway_api_listeners.h"
#include "lib/mesh/gateway_api_parts.h"
#include "lib/mesh/gateway_api_routes.h"
#include "lib/mesh/gateway_api_tls_policies.h"

namespace egressctl::mesh {

std::unique_ptr<const Mesh> with_gateway_api(const Mesh& mesh, const Options& options) {
  std::deque<resource::Resource> made;
  const gateway_api::Grants grants(mesh);
  const gateway_api::Listeners listeners(mesh, grants, made);
  const gateway_api::RouteSources sources{mesh, grants, listeners};
  gateway_api::add_routes(sources, made);
  gateway_api::add_http_routes(sources, made);
  gateway_api::add_tls_policies(mesh, made);
  if (made.empty()) return nullptr;
  return std::make_unique<const Mesh>(mesh.resources(), std::move(made), options);
}

bool is_converted(const resource::Resource& resource) {
  return resource.api_version.group == gateway_api::kGroup;
}

std::string_view gateway_scope(const Mesh& mesh, const resource::Resource& gateway) {
  return is_converted(gateway) ? mesh.namespace_of(gateway) : std::string_view();
}

}  // namespace egressctl::mesh
