#include "lib/resource/http_settings.h"

namespace egressctl::resource {
namespace {

HeaderOperations read_operations(const Fields& in) {
  return {.set = in.text_map("set"), .add = in.text_map("add"), .remove = in.texts("remove")};
}

FaultDelay read_delay(const Fields& in) {
  return {.fixed_delay = in.duration("fixedDelay"),
          .exponential_delay = in.duration("exponentialDelay"),
          .percentage = in.object("percentage", read_percent)};
}

FaultAbort read_abort(const Fields& in) {
  return {.http_status = in.number("httpStatus"),
          .grpc_status = in.text("grpcStatus"),
          .http2_error = in.text("http2Error"),
          .percentage = in.object("percentage", read_percent)};
}

HttpBody read_body_text(const Fields& in) {
  return {.string = in.text("string"), .bytes = in.text("bytes")};
}

}  // namespace

Headers read_headers(const Fields& in) {
  return {.request = in.object("request", read_operations),
          .response = in.object("response", read_operations)};
}

Percent read_percent(const Fields& in) {
  return {.value = in.real("value")};
}

CorsPolicy read_cors_policy(const Fields& in) {
  return {.allow_origins = in.objects("allowOrigins", read_string_match),
          .allow_methods = in.texts("allowMethods"),
          .allow_headers = in.texts("allowHeaders"),
          .expose_headers = in.texts("exposeHeaders"),
          .max_age = in.duration("maxAge"),
          .allow_credentials = in.flag("allowCredentials")};
}

HttpFault read_http_fault(const Fields& in) {
  return {.delay = in.object("delay", read_delay), .abort = in.object("abort", read_abort)};
}

DirectResponse read_direct_response(const Fields& in) {
  return {.status = in.number("status"), .body = in.object("body", read_body_text)};
}

}  // namespace egressctl::resource
