// What an `http` route of a VirtualService does besides sending requests on: headers, CORS, faults
// and answers of its own.
//
// Source: istio.io/docs/reference/config/networking/virtual-service/#Headers, #CorsPolicy,
// #HTTPFaultInjection, #HTTPDirectResponse.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"
#include "lib/resource/string_match.h"

namespace egressctl::resource {

struct HeaderOperations {
  TextMap set;
  TextMap add;
  Texts remove;
};

struct Headers {
  Positioned<HeaderOperations> request;
  Positioned<HeaderOperations> response;
};

// Istio's Percent: 0 to 100.
struct Percent {
  Real value;
};

struct CorsPolicy {
  List<StringMatch> allow_origins;
  Texts allow_methods;
  Texts allow_headers;
  Texts expose_headers;
  Duration max_age;
  Flag allow_credentials;
};

struct FaultDelay {
  Duration fixed_delay;
  Duration exponential_delay;
  Positioned<Percent> percentage;
};

struct FaultAbort {
  Number http_status;
  Text grpc_status;
  Text http2_error;
  Positioned<Percent> percentage;
};

struct HttpFault {
  Positioned<FaultDelay> delay;
  Positioned<FaultAbort> abort;
};

struct HttpBody {
  Text string;
  Text bytes;  // base64
};

struct DirectResponse {
  Number status;
  Positioned<HttpBody> body;
};

[[nodiscard]] Headers read_headers(const Fields& in);
[[nodiscard]] Percent read_percent(const Fields& in);
[[nodiscard]] CorsPolicy read_cors_policy(const Fields& in);
[[nodiscard]] HttpFault read_http_fault(const Fields& in);
[[nodiscard]] DirectResponse read_direct_response(const Fields& in);

}  // namespace egressctl::resource
