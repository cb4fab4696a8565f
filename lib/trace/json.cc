#include "lib/trace/json.h"

#include "lib/base/text.h"
#include "lib/trace/words.h"

namespace egressctl::trace {

Json to_json_object(const HopTls& tls) {
  return {{"kind", to_string(tls.kind)},
          {"sni", tls.sni},
          {"alpn", tls.alpn},
          {"subjectAltNames", tls.subject_alt_names},
          {"verified", tls.verified},
          {"trust", tls.trust},
          {"shown", tls.shown}};
}

Json to_json_object(const EndedTls& tls) {
  return {{"kind", to_string(tls.kind)},
          {"shown", tls.shown},
          {"asks", tls.asks},
          {"trust", tls.trust},
          {"subjectAltNames", tls.subject_alt_names}};
}

Json to_json_list(const topology::Causes& causes) {
  Json out = Json::array();
  for (const topology::Cause& cause : causes) {
    const resource::Resource& resource = *cause.resource;
    out.push_back({{"kind", resource::to_string(resource.kind)},
                   {"namespace", *resource.metadata.name_space},
                   {"name", *resource.metadata.name},
                   {"location", location(cause.range)}});
  }
  return out;
}

std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace egressctl::trace
