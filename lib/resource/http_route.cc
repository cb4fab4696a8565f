#include "lib/resource/http_route.h"

#include <utility>

namespace egressctl::resource {
namespace {

struct MatchField {
  std::string_view key;
  StringMatchKind kind;
};

constexpr MatchField kMatchFields[] = {{"exact", StringMatchKind::Exact},
                                       {"prefix", StringMatchKind::Prefix},
                                       {"regex", StringMatchKind::Regex}};

StringMatch read_string_match(const Fields& in) {
  StringMatch out{StringMatchKind::Unknown, {{}, in.range(), {}, nullptr}};
  for (const MatchField& field : kMatchFields) {
    Text text = in.text(field.key);
    if (text.present()) out = {field.kind, std::move(text)};
  }
  return out;
}

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

HttpRewrite read_rewrite(const Fields& in) {
  return {.uri = in.text("uri"), .authority = in.text("authority")};
}

Delegate read_delegate(const Fields& in) {
  return {.name = in.text("name"), .name_space = in.text("namespace")};
}

HttpRetry read_retry(const Fields& in) {
  return {.attempts = in.number("attempts"),
          .per_try_timeout = in.duration("perTryTimeout"),
          .retry_on = in.text("retryOn")};
}

HttpMirror read_mirror(const Fields& in) {
  return {.destination = in.object("destination", read_destination)};
}

}  // namespace

HttpRoute read_http_route(const Fields& in) {
  return {.name = in.text("name"),
          .match = in.objects("match", read_match),
          .route = in.objects("route", read_route_destination),
          .redirect = in.object("redirect", read_redirect),
          .rewrite = in.object("rewrite", read_rewrite),
          .direct_response = in.raw("directResponse"),
          .delegate = in.object("delegate", read_delegate),
          .timeout = in.duration("timeout"),
          .retries = in.object("retries", read_retry),
          .mirror = in.object("mirror", read_destination),
          .mirrors = in.objects("mirrors", read_mirror),
          .fault = in.raw("fault"),
          .headers = in.raw("headers"),
          .cors_policy = in.raw("corsPolicy")};
}

}  // namespace egressctl::resource
