// What a person should know before applying a set.
#pragma once

#include "lib/base/diagnostic.h"
#include "lib/generate/plan.h"

namespace egressctl::generate {

// Reports what the manifests alone can't bring about, and what is left open by choice.
void give_advice(const Plan& plan, Diagnostics& diagnostics);

}  // namespace egressctl::generate
