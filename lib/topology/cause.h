// What in the input made a part of a proxy's configuration.
#pragma once

#include <vector>

#include "lib/base/source.h"
#include "lib/resource/resource.h"

namespace egressctl::topology {

// A field of a resource. The resource is never nullptr.
struct Cause {
  const resource::Resource* resource = nullptr;
  SourceRange range;  // of the narrowest field that decided, else of the resource

  bool operator==(const Cause&) const = default;
};

// The decisive one first. Empty for what istiod always sends.
using Causes = std::vector<Cause>;

}  // namespace egressctl::topology
