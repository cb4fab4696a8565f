#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/text.h"
#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"
#include "lib/resource/validation/route_parts.h"
#include "lib/yaml/edit.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::string_view kMethods[] = {"GET",    "HEAD",    "POST",    "PUT",   "PATCH",
                                         "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"};

// The conditions of Envoy's x-envoy-retry-on and x-envoy-retry-grpc-on.
constexpr std::string_view kRetryConditions[] = {"5xx",
                                                 "gateway-error",
                                                 "reset",
                                                 "reset-before-request",
                                                 "connect-failure",
                                                 "retriable-4xx",
                                                 "refused-stream",
                                                 "retriable-status-codes",
                                                 "retriable-headers",
                                                 "envoy-ratelimited",
                                                 "http3-post-connect-failure",
                                                 "cancelled",
                                                 "deadline-exceeded",
                                                 "internal",
                                                 "resource-exhausted",
                                                 "unavailable"};

constexpr std::string_view kGrpcStatuses[] = {"OK",
                                              "CANCELLED",
                                              "UNKNOWN",
                                              "INVALID_ARGUMENT",
                                              "NOT_FOUND",
                                              "ALREADY_EXISTS",
                                              "DEADLINE_EXCEEDED",
                                              "PERMISSION_DENIED",
                                              "ABORTED",
                                              "OUT_OF_RANGE",
                                              "RESOURCE_EXHAUSTED",
                                              "FAILED_PRECONDITION",
                                              "UNIMPLEMENTED",
                                              "INTERNAL",
                                              "UNAVAILABLE",
                                              "DATA_LOSS",
                                              "UNAUTHENTICATED"};

// RFC 9110 and the registry of status codes.
constexpr std::int64_t kStatuses[] = {
    100, 101, 102, 103, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301,
    302, 303, 304, 305, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409,
    410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424, 425, 426, 428,
    429, 431, 451, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511};

template <typename T, typename List>
bool is_one_of(const T& value, const List& list) {
  return std::find(std::begin(list), std::end(list), value) != std::end(list);
}

bool is_status(std::string_view text) {
  const auto number = decimal(text);
  return number && is_one_of(*number, kStatuses);
}

bool is_retry_condition(std::string_view text) {
  return is_one_of(text, kRetryConditions) || is_status(text);
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

void check_percentage(Report& report, const Positioned<Percent>& percentage) {
  if (!percentage.present()) return;
  const double value = *percentage->value;
  if (value == 0 || (value >= 0.0001 && value <= 100)) return;
  report.error(kInvalidFault, percentage->value.range,
               "{} is no percentage: expected 0, or 0.0001 to 100", value);
}

void check_cors_header(Report& report, const Text& name) {
  if (*name == "*" || is_header_name(*name)) return;
  report.error(kInvalidCors, name.range, "\"{}\" is no header name", *name);
}

void check_abort(Report& report, const Positioned<FaultAbort>& abort) {
  check_percentage(report, abort->percentage);
  if (abort->grpc_status.present()) {
    if (is_one_of(std::string_view(*abort->grpc_status), kGrpcStatuses)) return;
    std::string help = did_you_mean(*abort->grpc_status, kGrpcStatuses);
    if (help.empty()) help = "use a name of gRPC's status codes, such as NOT_FOUND";
    report
        .error(kInvalidFault, abort->grpc_status.range, "gRPC has no status \"{}\"",
               *abort->grpc_status)
        .help(std::move(help));
  } else if (abort->http2_error.present()) {
    report.error(kInvalidFault, abort->http2_error.key, "Istio can't inject HTTP/2 errors")
        .help("use \"httpStatus\" or \"grpcStatus\"");
  } else if (abort->http_status.present()) {
    // Istio lets 600 pass.
    if (*abort->http_status >= 200 && *abort->http_status <= 600) return;
    report.error(kInvalidFault, abort->http_status.range, "{} is no HTTP status from 200 to 599",
                 *abort->http_status);
  } else {
    report.warning(kInvalidFault, abort.key, "the abort has no error, so that nothing is aborted")
        .help("add \"httpStatus\" or \"grpcStatus\"");
  }
}

void check_delay(Report& report, const FaultDelay& delay) {
  check_percentage(report, delay.percentage);
  check_duration(report, delay.fixed_delay);
  if (!delay.exponential_delay.present()) return;
  check_duration(report, delay.exponential_delay);
  report.error(kInvalidFault, delay.exponential_delay.key, "Istio can't inject exponential delays")
      .help("use \"fixedDelay\"");
}

void check_retry_on(Report& report, const Text& retry_on) {
  if (retry_on->empty()) return;
  std::string mended;
  bool all_known = true;
  std::vector<std::string_view> wrong;
  for (const std::string_view condition : split(*retry_on, ',')) {
    if (!is_retry_condition(condition)) wrong.push_back(condition);
    all_known = all_known && is_retry_condition(trim(condition));
    mended += (mended.empty() ? "" : ",") + std::string(trim(condition));
  }
  for (const std::string_view condition : wrong) {
    auto finding = report.error(kInvalidRetry, retry_on.range, "\"{}\" is no condition to retry on",
                                condition);
    if (is_retry_condition(trim(condition)))
      finding.help("leave the blanks out: conditions are separated by commas alone");
    else if (const std::string near = did_you_mean(trim(condition), kRetryConditions);
             !near.empty())
      finding.help(near);
    else
      finding.help("conditions are those of Envoy's x-envoy-retry-on, and status codes");
    if (!all_known || condition != wrong.front()) continue;
    if (auto edit = yaml::replace_string(*retry_on.node, mended))
      finding.fix({.title = "leave the blanks out", .safe = true, .edits = {*edit}});
  }
}

}  // namespace

void check_cors(Report& report, const CorsPolicy& policy) {
  for (const Positioned<StringMatch>& origin : *policy.allow_origins) {
    if (origin->text->empty())
      report.error(kInvalidCors, origin.range, "an allowed origin is empty")
          .help("write \"exact: https://www.example.com\", or \"regex: .*\" for any origin");
    else if (origin->kind == StringMatchKind::Regex)
      check_regex(report, origin->text, "an allowed origin");
  }
  for (const Text& method : *policy.allow_methods)
    if (!is_one_of(std::string_view(*method), kMethods))
      report.error(kInvalidCors, method.range, "\"{}\" is no HTTP method", *method)
          .help("methods are in upper case: GET, POST, ...");
  for (const Text& name : *policy.allow_headers) check_cors_header(report, name);
  for (const Text& name : *policy.expose_headers) check_cors_header(report, name);
  check_duration(report, policy.max_age);
  const auto fraction = *policy.max_age % std::chrono::seconds(1);
  if (fraction > std::chrono::nanoseconds(0))
    report.error(kInvalidCors, policy.max_age.range, "\"maxAge\" is \"{}\", expected whole seconds",
                 policy.max_age.text());
}

void check_fault(Report& report, const Positioned<HttpFault>& fault) {
  if (!fault.present()) return;
  if (!fault->abort.present() && !fault->delay.present())
    report.error(kInvalidFault, fault.key, "the fault is neither an abort nor a delay");
  const Report::Lost lost(report, Report::What::Warnings);
  if (fault->abort.present()) check_abort(report, fault->abort);
  if (fault->delay.present()) check_delay(report, *fault->delay);
}

void check_retries(Report& report, const Positioned<HttpRetry>& retries) {
  if (!retries.present()) return;
  const Number& attempts = retries->attempts;
  if (*attempts < 0)
    report.error(kInvalidRetry, attempts.range, "\"attempts\" can't be negative, found {}",
                 *attempts);
  const bool says_more = retries->per_try_timeout.present() || !retries->retry_on->empty() ||
                         retries->retry_remote_localities.present();
  if (*attempts == 0 && says_more)
    report
        .missing(kInvalidRetry, retries, attempts, "attempts",
                 "with 0 \"attempts\" there are no retries, but settings for them")
        .help("say how many \"attempts\" there may be, or leave the settings out");
  check_duration(report, retries->per_try_timeout);
  check_retry_on(report, retries->retry_on);
  check_duration(report, retries->backoff);
}

void check_direct_response(Report& report, const Positioned<DirectResponse>& response) {
  if (!response.present()) return;
  constexpr std::size_t kMost = std::size_t{1024} * 1024;
  constexpr std::size_t kLarge = std::size_t{100} * 1024;
  const bool binary = response->body->bytes.present();
  const Text& body = binary ? response->body->bytes : response->body->string;
  const std::size_t size = binary ? body->size() / 4 * 3 : body->size();
  if (size > kMost)
    report.error(kInvalidDirectResponse, body.key, "the body has {} bytes, the most may be {}",
                 size, kMost);
  else if (size > kLarge)
    report.warning(kInvalidDirectResponse, body.key,
                   "the body has {} bytes, which every proxy gets with every change of routes",
                   size);
  const Number& status = response->status;
  if (*status >= 200 && *status <= 600) return;
  if (status.present())
    report.error(kInvalidDirectResponse, status.range, "{} is no HTTP status from 200 to 599",
                 *status);
  else
    report.missing(kInvalidDirectResponse, response, status, "status",
                   "the direct response has no status");
}

}  // namespace egressctl::resource::validation
