// The values that the operators of access log formats have for a connection.
//
// Source:
// https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter; what
// Envoy 1.40 wrote.
#pragma once

#include <string>
#include <string_view>

#include "lib/forward/log/access_log.h"

namespace egressctl::forward {

struct LogWriter {
  using Write = void (*)(const ConnectionRecord& record, std::string_view argument,
                         std::string& out);

  std::string_view name;
  Write write;
  bool is_number = false;  // not quoted in JSON
  bool is_flags = false;
};

// nullptr: the operator has no value here.
[[nodiscard]] const LogWriter* find_log_writer(std::string_view name);

// The default of %START_TIME%.
inline constexpr std::string_view kLogTime = "%Y-%m-%dT%H:%M:%S.%3fZ";

}  // namespace egressctl::forward
