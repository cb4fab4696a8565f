#include "lib/bootstrap/access_log.h"

namespace egressctl::bootstrap {
namespace {

Json format_of(const topology::LogFormat& format) {
  if (format.json) return {{"json_format", Json::parse(format.text)}};
  return {{"text_format_source", {{"inline_string", format.text}}}};
}

}  // namespace

Json access_log(const Build& build) {
  return Json::array({extension("envoy.access_loggers.file", "access_loggers.file.v3.FileAccessLog",
                                {{"path", build.options.access_log},
                                 {"log_format", format_of(build.topology.logging.format)}})});
}

Json listener_access_log(const Build& build) {
  Json out = access_log(build);
  out.front()["filter"] = {{"response_flag_filter", {{"flags", {"NR"}}}}};
  return out;
}

}  // namespace egressctl::bootstrap
