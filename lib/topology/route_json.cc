#include "lib/topology/route_json.h"

#include <string_view>

namespace egressctl::topology {
namespace {

Json to_json(const ValueMatcher& matcher, bool header) {
  Json out = Json::object();
  out["name"] = matcher.name;
  switch (matcher.kind) {
    case StringMatchKind::Present: out["present_match"] = true; break;
    case StringMatchKind::Exact: out["string_match"] = {{"exact", matcher.value}}; break;
    case StringMatchKind::Prefix: out["string_match"] = {{"prefix", matcher.value}}; break;
    case StringMatchKind::Regex:
      out["string_match"] = {{"safe_regex", {{"regex", matcher.value}}}};
      break;
  }
  if (header && matcher.invert) out["invert_match"] = true;
  if (header && matcher.missing_is_empty) out["treat_missing_header_as_empty"] = true;
  return out;
}

std::string_view response_code(std::uint32_t code) {
  switch (code) {
    case 302: return "FOUND";
    case 303: return "SEE_OTHER";
    case 307: return "TEMPORARY_REDIRECT";
    case 308: return "PERMANENT_REDIRECT";
    default: return {};  // 301 is the default
  }
}

}  // namespace

Json to_json(const RouteMatch& match) {
  Json out = Json::object();
  switch (match.kind) {
    case PathMatchKind::Prefix: out["prefix"] = match.path; break;
    case PathMatchKind::PathSeparatedPrefix: out["path_separated_prefix"] = match.path; break;
    case PathMatchKind::Exact: out["path"] = match.path; break;
    case PathMatchKind::Regex: out["safe_regex"] = {{"regex", match.path}}; break;
  }
  if (match.case_sensitive) out["case_sensitive"] = *match.case_sensitive;
  for (const ValueMatcher& header : match.headers) out["headers"].push_back(to_json(header, true));
  for (const ValueMatcher& parameter : match.query_parameters)
    out["query_parameters"].push_back(to_json(parameter, false));
  return out;
}

Json to_json(const Redirect& redirect) {
  Json out = Json::object();
  if (!redirect.scheme.empty()) out["scheme_redirect"] = redirect.scheme;
  if (!redirect.host.empty()) out["host_redirect"] = redirect.host;
  if (redirect.port != 0) out["port_redirect"] = redirect.port;
  out[redirect.prefix_rewrite ? "prefix_rewrite" : "path_redirect"] = redirect.path;
  if (const std::string_view code = response_code(redirect.code); !code.empty())
    out["response_code"] = code;
  return out;
}

}  // namespace egressctl::topology
