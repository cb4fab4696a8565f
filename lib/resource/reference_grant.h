// ReferenceGrant: which kinds of other namespaces may refer to kinds of its own.
//
// Source: gateway-api.sigs.k8s.io/reference/spec/#referencegrant.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

struct ReferenceFrom {
  Text group;
  Text kind;
  Text name_space;
};

struct ReferenceTo {
  Text group;
  Text kind;
  Text name;  // absent: every object of the kind
};

struct ReferenceGrant {
  List<ReferenceFrom> from;
  List<ReferenceTo> to;
};

// Reads `spec`.
[[nodiscard]] ReferenceGrant read_reference_grant(const Fields& in);

}  // namespace egressctl::resource
