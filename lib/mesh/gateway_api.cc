#include "lib/mesh/gateway_api.h"

#include "lib/mesh/gateway_api_http.h"
#include "lib/mesh/gateway_api_listeners.h"
#include "lib/mesh/gateway_api_parts.h"
#include "lib/mesh/gateway_api_routes.h"

namespace egressctl::mesh {

std::deque<resource::Resource> convert_gateway_api(const Mesh& mesh) {
  std::deque<resource::Resource> out;
  const gateway_api::Grants grants(mesh);
  const gateway_api::Listeners listeners(mesh, grants, out);
  const gateway_api::RouteSources sources{mesh, grants, listeners};
  gateway_api::add_routes(sources, out);
  gateway_api::add_http_routes(sources, out);
  return out;
}

bool is_converted(const resource::Resource& resource) {
  return resource.api_version.group == gateway_api::kGroup;
}

std::string_view gateway_scope(const Mesh& mesh, const resource::Resource& gateway) {
  return is_converted(gateway) ? mesh.namespace_of(gateway) : std::string_view();
}

}  // namespace egressctl::mesh
