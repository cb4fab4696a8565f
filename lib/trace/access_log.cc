#include "lib/trace/access_log.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "lib/base/log_format.h"

namespace egressctl::trace {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kRuntime = "*";
constexpr std::string_view kNothing = "-";

// What an operator stands for; `name` without its arguments.
std::string value_of(std::string_view name, const Hop& hop) {
  const LogLine& log = hop.log;
  const bool http = !hop.route.empty();
  const std::array<std::pair<std::string_view, std::string_view>, 12> known = {{
      {"RESPONSE_FLAGS", log.flags},
      {"RESPONSE_CODE_DETAILS", log.details.empty() && http ? kRuntime : log.details},
      {"CONNECTION_TERMINATION_DETAILS", log.termination},
      {"UPSTREAM_TRANSPORT_FAILURE_REASON", log.failure},
      {"UPSTREAM_HOST", log.upstream_host},
      {"UPSTREAM_REMOTE_ADDRESS", log.upstream_host},
      {"UPSTREAM_CLUSTER", log.cluster},
      {"UPSTREAM_CLUSTER_RAW", log.cluster},
      {"UPSTREAM_LOCAL_ADDRESS", log.upstream_local},
      {"DOWNSTREAM_LOCAL_ADDRESS", log.downstream_local},
      {"DOWNSTREAM_REMOTE_ADDRESS", log.downstream_remote},
      {"REQUESTED_SERVER_NAME", hop.server_name},
  }};
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const auto& each) { return each.first == name; });
  if (found != known.end()) return std::string(found->second.empty() ? kNothing : found->second);
  if (name == "DOWNSTREAM_PEER_URI_SAN") return hop.peer.empty() ? "-" : "spiffe://" + hop.peer;
  if (name == "RESPONSE_CODE" && !http) return "0";
  constexpr std::string_view kOfHttp[] = {"REQ",      "RESP",       "TRAILER",
                                          "PROTOCOL", "ROUTE_NAME", "REQ_WITHOUT_QUERY"};
  const bool of_http = std::find(std::begin(kOfHttp), std::end(kOfHttp), name) != std::end(kOfHttp);
  return std::string(of_http && !http ? kNothing : kRuntime);
}

std::string filled(std::string_view format, const Hop& hop) {
  std::string out;
  for (const LogPiece& piece : parse_log_format(format).pieces)
    out += piece.name.empty() ? std::string(piece.literal) : value_of(piece.name, hop);
  return out;
}

// As Envoy writes it: members by name, null where there is nothing to say, a code as a number.
Json filled_json(const Json& format, const Hop& hop) {
  if (format.is_string()) {
    const std::string text = filled(format.get_ref<const std::string&>(), hop);
    if (text == kNothing) return nullptr;
    return text == "0" ? Json(0) : Json(text);
  }
  Json out = format;
  if (out.is_structured())
    for (Json& each : out) each = filled_json(each, hop);
  return out;
}

}  // namespace

std::string access_log(const Hop& hop) {
  if (!hop.log.written) return {};
  if (hop.log.format.json)
    return filled_json(Json::parse(hop.log.format.text, nullptr, false), hop).dump();
  std::string out = filled(hop.log.format.text, hop);
  std::replace(out.begin(), out.end(), '\n', ' ');
  const std::size_t end = out.find_last_not_of(' ');
  out.resize(end == std::string::npos ? 0 : end + 1);
  return out;
}

}  // namespace egressctl::trace
