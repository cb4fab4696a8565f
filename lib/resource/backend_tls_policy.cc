#include "lib/resource/backend_tls_policy.h"

#include <utility>

#include "lib/resource/fields.h"

namespace egressctl::resource {
namespace {

BackendTlsTarget read_target(const Fields& in) {
  return {.group = in.text("group"),
          .kind = in.text("kind"),
          .name = in.text("name"),
          .section_name = in.text("sectionName")};
}

BackendTlsName read_name(const Fields& in) {
  return {.type = in.text("type"), .hostname = in.text("hostname"), .uri = in.text("uri")};
}

BackendTlsValidation read_validation(const Fields& in) {
  return {.hostname = in.text("hostname"),
          .subject_alt_names = in.objects("subjectAltNames", read_name)};
}

BackendTlsPolicy read_spec(const Fields& in) {
  return {.target_refs = in.objects("targetRefs", read_target),
          .validation = in.object("validation", read_validation)};
}

}  // namespace

BackendTlsPolicy read_backend_tls_policy(const yaml::Node& object) {
  Diagnostics unused;
  ReadContext context{.diagnostics = unused, .resource = {}};
  const Fields root(object, context);
  return std::move(root.object("spec", read_spec).value);
}

}  // namespace egressctl::resource
