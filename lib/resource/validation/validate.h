// What Istio's own validation (the admission webhook, `istioctl validate`) says of one resource,
// told where it is written, together with mistakes that Istio lets pass.
//
// Source: istio/istio pkg/config/validation. Findings that Istio has, too, bear the code of
// `istioctl analyze`: IST0106 for its errors, IST0133 (IST0130 and IST0131 for routes that nothing
// reaches) for its warnings.
#pragma once

#include "lib/base/diagnostic.h"
#include "lib/resource/resource.h"

namespace egressctl::resource::validation {

// Adds the findings about `resource`; none for kinds that are not Istio's. Unknown fields, words
// and wrong types are left to the readers and the structure checks. Keeps no state; safe to call
// from several threads with different `diagnostics`.
void validate(const Resource& resource, Diagnostics& diagnostics);

}  // namespace egressctl::resource::validation
