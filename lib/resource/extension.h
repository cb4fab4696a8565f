// WasmPlugin and TrafficExtension, and ProxyConfig: code and settings for the proxies of chosen
// workloads. What they bring there is opaque.
//
// Source: istio.io/docs/reference/config/proxy_extensions/ and .../networking/proxy-config/.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"

namespace egressctl::resource {

struct Extension {
  Positioned<PolicySelector> selector;
  Positioned<TargetRef> target_ref;  // of a WasmPlugin only
  List<TargetRef> target_refs;
};

struct ProxyConfig {
  Positioned<PolicySelector> selector;
  Number concurrency;
  TextMap environment_variables;
};

// Read `spec`.
[[nodiscard]] Extension read_wasm_plugin(const Fields& in);
[[nodiscard]] Extension read_traffic_extension(const Fields& in);
[[nodiscard]] ProxyConfig read_proxy_config(const Fields& in);

}  // namespace egressctl::resource
