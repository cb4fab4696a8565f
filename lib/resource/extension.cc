#include "lib/resource/extension.h"

namespace egressctl::resource {

Extension read_wasm_plugin(const Fields& in) {
  return {.selector = in.object("selector", read_policy_selector),
          .target_ref = in.object("targetRef", read_target_ref),
          .target_refs = in.objects("targetRefs", read_target_ref)};
}

Extension read_traffic_extension(const Fields& in) {
  return {.selector = in.object("selector", read_policy_selector),
          .target_ref = {},
          .target_refs = in.objects("targetRefs", read_target_ref)};
}

ProxyConfig read_proxy_config(const Fields& in) {
  return {.selector = in.object("selector", read_policy_selector),
          .concurrency = in.number("concurrency"),
          .environment_variables = in.text_map("environmentVariables")};
}

}  // namespace egressctl::resource
