// Whether and how proxies write access logs: MeshConfig and Telemetry.
//
// Source: istio/istio pilot/pkg/model/{telemetry,telemetry_logging}.go,
// pilot/pkg/networking/core/accesslog.go; istio.io/docs/reference/config/telemetry/.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/topology/cause.h"
#include "lib/topology/proxy.h"

namespace egressctl::topology {

struct LogFormat {
  bool json = false;
  std::string text;  // Envoy's operators in a text, or in the values of a JSON object
};

struct AccessLogging {
  // Whether something turns it off. Where nothing speaks of access logs it is taken to be on, for
  // which a MeshConfig may not be at hand.
  bool off = false;
  Causes causes;            // of that
  std::string_view filter;  // a CEL expression that what is logged must meet; empty: none
  LogFormat format;         // Istio's default where nothing is written
};

// The Mesh must outlive it.
class LoggingIndex {
 public:
  explicit LoggingIndex(const mesh::Mesh& mesh);

  [[nodiscard]] AccessLogging of_proxy(const Proxy& proxy) const;

 private:
  using Telemetries = std::vector<const resource::Resource*>;
  struct Provider {
    bool disabled = false;
    std::string_view filter;
    Causes causes;
  };

  [[nodiscard]] Telemetries applicable(const Proxy& proxy) const;
  [[nodiscard]] std::map<std::string_view, Provider> providers_of(const Proxy& proxy) const;
  [[nodiscard]] const yaml::Node* provider(std::string_view name) const;
  [[nodiscard]] bool is_known(std::string_view name) const;
  [[nodiscard]] LogFormat format_of(std::string_view name) const;

  const mesh::Mesh& mesh_;
  std::vector<std::string_view> defaults_;  // MeshConfig's defaultProviders.accessLogging
  std::unordered_map<std::string_view, Telemetries> by_namespace_;
  LogFormat mesh_format_;
};

// The format of one that an EnvoyFilter writes, the item of an `access_log`; Envoy's default where
// it has none.
[[nodiscard]] LogFormat log_format_of(const yaml::Node& access_log);

}  // namespace egressctl::topology
