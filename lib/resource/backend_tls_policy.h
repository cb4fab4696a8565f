// BackendTLSPolicy: the TLS that proxies make towards a Service or a ServiceEntry.
//
// Source: gateway-api.sigs.k8s.io/reference/spec/#backendtlspolicy.
#pragma once

#include "lib/resource/positioned.h"
#include "lib/yaml/node.h"

namespace egressctl::resource {

// What the policy is for, in its own namespace.
struct BackendTlsTarget {
  Text group;
  Text kind;
  Text name;
  Text section_name;  // of a port; absent: all ports
};

// A name that the certificate may have in place of `hostname`.
struct BackendTlsName {
  Text type;  // "Hostname" or "URI", which tells the field that counts
  Text hostname;
  Text uri;
};

struct BackendTlsValidation {
  Text hostname;  // the SNI, and the name that is compared with the certificate's
  List<BackendTlsName> subject_alt_names;
};

struct BackendTlsPolicy {
  List<BackendTlsTarget> target_refs;
  Positioned<BackendTlsValidation> validation;
};

// Reads a whole object, of a kind that is none of Kind's. Values of a wrong type make no finding.
[[nodiscard]] BackendTlsPolicy read_backend_tls_policy(const yaml::Node& object);

}  // namespace egressctl::resource
