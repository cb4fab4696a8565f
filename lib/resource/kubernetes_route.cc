#include "lib/resource/kubernetes_route.h"

namespace egressctl::resource {
namespace {

ParentRef read_parent_ref(const Fields& in) {
  return {.group = in.text("group"),
          .kind = in.text("kind"),
          .name_space = in.text("namespace"),
          .name = in.text("name"),
          .section_name = in.text("sectionName"),
          .port = in.number("port")};
}

BackendRef read_backend_ref(const Fields& in) {
  return {.group = in.text("group"),
          .kind = in.text("kind"),
          .name_space = in.text("namespace"),
          .name = in.text("name"),
          .port = in.number("port"),
          .weight = in.number("weight")};
}

KubernetesRouteRule read_rule(const Fields& in) {
  return {.name = in.text("name"),
          .backend_refs = in.objects("backendRefs", read_backend_ref),
          .matches = in.raw("matches"),
          .filters = in.raw("filters")};
}

}  // namespace

KubernetesRoute read_kubernetes_route(const Fields& in) {
  return {.parent_refs = in.objects("parentRefs", read_parent_ref),
          .hostnames = in.texts("hostnames"),
          .rules = in.objects("rules", read_rule)};
}

}  // namespace egressctl::resource
