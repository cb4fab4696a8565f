#include "lib/resource/extension.h"

#include "lib/resource/validation/kinds.h"
#include "lib/resource/validation/parts.h"

namespace egressctl::resource::validation {

void check(Report& report, const Extension& extension) {
  check_policy_targets(report, extension.selector, extension.target_ref, extension.target_refs);
}

void check(Report& report, const ProxyConfig& config) {
  check_selector(report, config.selector);
}

}  // namespace egressctl::resource::validation
