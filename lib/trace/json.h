// Parts of traces as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "lib/trace/trace.h"

namespace egressctl::trace {

using Json = nlohmann::ordered_json;

// {"kind", "sni", "alpn": [...], "subjectAltNames": [...], "verified", "trust", "shown": [...]}
[[nodiscard]] Json to_json_object(const HopTls& tls);

// {"kind", "shown": [...], "asks", "trust", "subjectAltNames": [...]}
[[nodiscard]] Json to_json_object(const EndedTls& tls);

// [{"kind", "namespace", "name", "location"}]
[[nodiscard]] Json to_json_list(const topology::Causes& causes);

// Two spaces a level and a final newline; bytes that are no UTF-8 are replaced.
[[nodiscard]] std::string dump(const Json& json);

}  // namespace egressctl::trace
