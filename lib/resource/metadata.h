// ObjectMeta: what every Kubernetes object says of itself.
//
// Source: Kubernetes API reference, ObjectMeta.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

// `status`, `managedFields` and other fields that the API server alone writes are left out.
struct Metadata {
  Text name;
  Text name_space;  // absent: the reader of the set decides ("default", `-n`, or none at all)
  TextMap labels;
  TextMap annotations;
  Text creation_timestamp;  // RFC 3339; Istio lets the older of two conflicting objects win
};

// Reads the value of `metadata`.
[[nodiscard]] Metadata read_metadata(const Fields& in);

}  // namespace egressctl::resource
