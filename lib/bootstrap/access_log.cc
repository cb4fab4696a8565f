#include "lib/bootstrap/access_log.h"

#include "lib/base/istio_access_log.h"

namespace egressctl::bootstrap {
namespace {

Json default_fields() {
  Json out = Json::object();
  for (const AccessLogField& field : kIstioAccessLogFields)
    out[std::string(field.key)] = field.format;
  return out;
}

Json format_of(const resource::MeshConfig* config) {
  const bool json =
      config != nullptr && *config->access_log_encoding == resource::LogEncoding::Json;
  const std::string written = config != nullptr ? *config->access_log_format : std::string();
  if (!json) {
    std::string text = written.empty() ? std::string(kIstioAccessLog) : written;
    if (!text.ends_with('\n')) text += '\n';
    return {{"text_format_source", {{"inline_string", text}}}};
  }
  Json fields = written.empty() ? default_fields() : Json::parse(written, nullptr, false);
  if (!fields.is_object()) fields = default_fields();  // as istiod does, which logs the mistake
  return {{"json_format", std::move(fields)}};
}

}  // namespace

Json access_log(const Build& build) {
  return Json::array({extension("envoy.access_loggers.file", "access_loggers.file.v3.FileAccessLog",
                                {{"path", build.options.access_log},
                                 {"log_format", format_of(build.settings.mesh_config)}})});
}

Json listener_access_log(const Build& build) {
  Json out = access_log(build);
  out.front()["filter"] = {{"response_flag_filter", {{"flags", {"NR"}}}}};
  return out;
}

}  // namespace egressctl::bootstrap
