#include "lib/trace/json.h"

#include "lib/trace/words.h"

namespace egressctl::trace {

Json to_json_object(const HopTls& tls) {
  return {{"kind", to_string(tls.kind)},
          {"sni", tls.sni},
          {"alpn", tls.alpn},
          {"subjectAltNames", tls.subject_alt_names},
          {"verified", tls.verified}};
}

std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace egressctl::trace
