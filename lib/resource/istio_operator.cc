#include "lib/resource/istio_operator.h"

namespace egressctl::resource {

IstioOperator read_istio_operator(const Fields& in) {
  return {.profile = in.text("profile"),
          .revision = in.text("revision"),
          .name_space = in.text("namespace"),
          .mesh_config = in.object("meshConfig", read_mesh_config),
          .components = in.raw("components"),
          .values = in.raw("values")};
}

}  // namespace egressctl::resource
