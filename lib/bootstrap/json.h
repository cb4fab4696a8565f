// Envoy's configuration as JSON in the making.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace egressctl::bootstrap {

using Json = nlohmann::ordered_json;

// A google.protobuf.Duration: "1.500s".
[[nodiscard]] inline std::string duration_text(std::chrono::nanoseconds duration) {
  return fmt::format("{:.3f}s", std::chrono::duration<double>(duration).count());
}

// {"name": ..., "typed_config": {"@type": ..., fields}}; `type` without "envoy.extensions.".
[[nodiscard]] inline Json extension(std::string_view name, std::string_view type,
                                    Json fields = Json::object()) {
  Json config = {{"@type", "type.googleapis.com/envoy.extensions." + std::string(type)}};
  for (auto& [key, value] : fields.items()) config[key] = std::move(value);
  return {{"name", name}, {"typed_config", std::move(config)}};
}

}  // namespace egressctl::bootstrap
