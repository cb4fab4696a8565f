#include "lib/resource/http_route.h"

namespace egressctl::resource {
namespace {

HttpMatch read_match(const Fields& in) {
  return {.name = in.text("name"),
          .uri = in.object("uri", read_string_match),
          .scheme = in.object("scheme", read_string_match),
          .method = in.object("method", read_string_match),
          .authority = in.object("authority", read_string_match),
          .headers = in.object_map("headers", read_string_match),
          .without_headers = in.object_map("withoutHeaders", read_string_match),
          .query_params = in.object_map("queryParams", read_string_match),
          .ignore_uri_case = in.flag("ignoreUriCase"),
          .port = in.number("port"),
          .source_labels = in.text_map("sourceLabels"),
          .source_namespace = in.text("sourceNamespace"),
          .stat_prefix = in.text("statPrefix"),
          .gateways = in.texts("gateways")};
}

HttpRedirect read_redirect(const Fields& in) {
  return {.uri = in.text("uri"),
          .prefix_rewrite = in.text("prefixRewrite"),
          .authority = in.text("authority"),
          .port = in.number("port"),
          .derive_port = in.text("derivePort"),
          .scheme = in.text("scheme"),
          .redirect_code = in.number("redirectCode")};
}

RegexRewrite read_regex_rewrite(const Fields& in) {
  return {.match = in.text("match"), .rewrite = in.text("rewrite")};
}

HttpRewrite read_rewrite(const Fields& in) {
  return {.uri = in.text("uri"),
          .authority = in.text("authority"),
          .uri_regex_rewrite = in.object("uriRegexRewrite", read_regex_rewrite)};
}

Delegate read_delegate(const Fields& in) {
  return {.name = in.text("name"), .name_space = in.text("namespace")};
}

HttpRetry read_retry(const Fields& in) {
  return {.attempts = in.number("attempts"),
          .per_try_timeout = in.duration("perTryTimeout"),
          .retry_on = in.text("retryOn"),
          .retry_remote_localities = in.flag("retryRemoteLocalities"),
          .backoff = in.duration("backoff")};
}

HttpMirror read_mirror(const Fields& in) {
  return {.destination = in.object("destination", read_destination),
          .percentage = in.object("percentage", read_percent)};
}

}  // namespace

HttpRoute read_http_route(const Fields& in) {
  return {.name = in.text("name"),
          .match = in.objects("match", read_match),
          .route = in.objects("route", read_http_destination),
          .redirect = in.object("redirect", read_redirect),
          .rewrite = in.object("rewrite", read_rewrite),
          .direct_response = in.object("directResponse", read_direct_response),
          .delegate = in.object("delegate", read_delegate),
          .timeout = in.duration("timeout"),
          .retries = in.object("retries", read_retry),
          .mirror = in.object("mirror", read_destination),
          .mirrors = in.objects("mirrors", read_mirror),
          .mirror_percent = in.number("mirrorPercent"),
          .mirror_percentage = in.object("mirrorPercentage", read_percent),
          .fault = in.object("fault", read_http_fault),
          .headers = in.object("headers", read_headers),
          .cors_policy = in.object("corsPolicy", read_cors_policy)};
}

}  // namespace egressctl::resource
