// The operators of access log formats: Envoy's, with the value that each has for a connection.
//
// Source:
// https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter; what
// stands behind a name was tried with Envoy 1.40.
#pragma once

#include <string>
#include <string_view>

#include "lib/forward/log/access_log.h"

namespace egressctl::forward {

// What may stand behind an operator's name: "%NAME%", "%NAME(argument)%", "%NAME(argument):9%".
enum class LogArgument { None, Optional, Required };

struct LogOperator {
  using Write = void (*)(const ConnectionRecord& record, std::string_view argument,
                         std::string& out);

  std::string_view name;
  Write write;
  LogArgument argument = LogArgument::None;
  bool length = false;     // ":9" may follow: the most bytes of its value
  bool is_number = false;  // not quoted in JSON
  bool is_flags = false;
};

// nullptr: Envoy has none of that name, or it means nothing here.
[[nodiscard]] const LogOperator* find_log_operator(std::string_view name);

// The default of %START_TIME%.
inline constexpr std::string_view kLogTime = "%Y-%m-%dT%H:%M:%S.%3fZ";

}  // namespace egressctl::forward
