#include <algorithm>
#include <string_view>

#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"
#include "lib/resource/validation/route_parts.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::string_view kPseudoHeaders[] = {":method", ":scheme", ":authority", ":path",
                                               ":status"};

bool is_pseudo(std::string_view name) {
  return std::find(std::begin(kPseudoHeaders), std::end(kPseudoHeaders), name) !=
         std::end(kPseudoHeaders);
}

void check_header(Report& report, std::string_view name, SourceRange range) {
  if (name.empty())
    report.error(kInvalidRouteMatch, range, "a header of the match has no name");
  else if (!is_jwt_claim(name) && !is_pseudo(name) && !is_header_name(name))
    report.error(kInvalidRouteMatch, range, "\"{}\" is no header name", name);
}

}  // namespace

void check_http_match(Report& report, const Positioned<HttpMatch>& match) {
  if (!match.node->is_mapping()) return;
  for (const auto& [name, header] : *match->headers) {
    check_header(report, name, header.key);
    check_string_match(report, header, EmptyPrefix::Refused, "a header");
  }
  for (const auto& [name, header] : *match->without_headers) {
    check_header(report, name, header.key);
    // "*" is no regular expression, but how Istio spells presence here.
    const bool presence = header->kind == StringMatchKind::Regex && *header->text == "*";
    if (!presence) check_string_match(report, header, EmptyPrefix::Refused, "a header");
  }
  check_string_match(report, match->uri, EmptyPrefix::Allowed, "the uri");
  check_string_match(report, match->scheme, EmptyPrefix::Refused, "the scheme");
  check_string_match(report, match->method, EmptyPrefix::Refused, "the method");
  check_string_match(report, match->authority, EmptyPrefix::Refused, "the authority");
  for (const auto& [name, parameter] : *match->query_params)
    check_string_match(report, parameter, EmptyPrefix::Refused, "a query parameter");
  if (*match->port != 0) check_port(report, match->port);
  check_labels(report, match->source_labels);
  const Report::Lost lost(report, Report::What::Warnings);
  check_gateway_names(report, match->gateways, false);
  const Text& name_space = match->source_namespace;
  if (!name_space->empty() && !is_label(*name_space))
    report.error(kInvalidRouteMatch, name_space.range, "\"{}\" is no namespace", *name_space);
}

}  // namespace egressctl::resource::validation
