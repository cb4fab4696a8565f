// Times as access logs write them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace egressctl::forward {

enum class TimeZone { Utc, Local };

// Appends `time`. `format` is strftime's, with Envoy's %f (nanoseconds), %1f to %9f (the first
// digits of them) and %s (seconds since 1970), and absl's %E3S, %E*S, %E3f, %E*f and %Ez.
//
// Source: https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter
void write_time(std::chrono::system_clock::time_point time, std::string_view format, TimeZone zone,
                std::string& out);

}  // namespace egressctl::forward
