#include "lib/logs/report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lib/base/text.h"
#include "lib/render/columns.h"
#include "lib/render/visible.h"

namespace egressctl::logs {
namespace {

using Json = nlohmann::ordered_json;

std::string_view or_dash(std::string_view text) {
  return text.empty() ? std::string_view("-") : text;
}

std::string lines_of(const LoggedConnection& connection) {
  std::vector<std::string> out;
  for (const LoggedHop& hop : connection.hops) out.push_back(fmt::format("{}", hop.entry.line));
  return fmt::format("line{} {}", out.size() == 1 ? "" : "s", join(out, ", "));
}

std::string headline(const Explained& explained) {
  const LoggedConnection& connection = explained.connection;
  const Entry& first = connection.hops.front().entry;
  return fmt::format("{} {}: {}{}, {} -> {}, {} + {} bytes in {} ms", lines_of(connection),
                     or_dash(connection.host()), to_string(explained.explanation.outcome),
                     explained.explanation.flags.empty() ? "" : " " + explained.explanation.flags,
                     or_dash(first.downstream_remote),
                     or_dash(connection.hops.back().entry.upstream_host), first.received,
                     first.sent, first.duration);
}

std::string hop_line(const LoggedHop& hop) {
  const Entry& entry = hop.entry;
  std::string out =
      fmt::format("{}: SNI {}, cluster {}, upstream {}", to_string(hop.role),
                  or_dash(entry.server_name), or_dash(entry.cluster), or_dash(entry.upstream_host));
  if (!entry.flags.empty()) out += fmt::format(", {}", entry.flags);
  if (!entry.details.empty()) out += fmt::format(" {}", entry.details);
  if (!entry.source.empty()) out += fmt::format(" ({})", entry.source);
  return out;
}

void add(std::string& out, std::string_view label, std::string_view text) {
  out += fmt::format("    {:<8} {}\n", label, render::visible(text));
}

Json to_object(const LoggedHop& hop) {
  const Entry& entry = hop.entry;
  Json out = {{"role", to_string(hop.role)}, {"line", entry.line}};
  const auto text = [&](const char* key, std::string_view value) {
    if (!value.empty()) out[key] = value;
  };
  text("source", entry.source);
  text("time", entry.time);
  text("method", entry.method);
  text("path", entry.path);
  text("authority", entry.authority);
  if (entry.code != 0) out["responseCode"] = entry.code;
  if (!entry.flags.empty()) out["responseFlags"] = entry.flag_list();
  text("responseCodeDetails", entry.details);
  text("connectionTerminationDetails", entry.termination);
  text("upstreamTransportFailureReason", entry.failure);
  out["bytesReceived"] = entry.received;
  out["bytesSent"] = entry.sent;
  out["durationMs"] = entry.duration;
  text("serverName", entry.server_name);
  text("cluster", entry.cluster);
  text("upstreamHost", entry.upstream_host);
  text("upstreamLocal", entry.upstream_local);
  text("downstreamLocal", entry.downstream_local);
  text("downstreamRemote", entry.downstream_remote);
  text("route", entry.route);
  return out;
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string to_text(const Explained& explained, const RuleNames& names) {
  const Explanation& explanation = explained.explanation;
  std::string out = render::visible(headline(explained)) + "\n";
  if (explanation.outcome == Outcome::Arrived && explanation.sentences.empty()) return out;
  if (explanation.outcome == Outcome::Failed)
    for (const LoggedHop& hop : explained.connection.hops) add(out, "log", hop_line(hop));
  for (const std::string& sentence : explanation.sentences) add(out, "means", sentence);
  for (const std::string_view rule : explanation.rules)
    add(out, "rule", fmt::format("{} {}", rule, names(rule)));
  if (explained.comparison == nullptr) return out;
  const trace::Trace& trace = explained.comparison->traced.trace;
  add(out, "trace", fmt::format("{}: {}", trace::to_string(trace.verdict), trace.reason));
  for (const topology::Cause& cause : trace.blame) add(out, "see", trace::describe(cause));
  for (const std::string& finding : explained.comparison->findings) add(out, "lint", finding);
  return out;
}

std::string to_json(const Explained& explained) {
  const Explanation& explanation = explained.explanation;
  Json out = {{"host", explained.connection.host()},  {"outcome", to_string(explanation.outcome)},
              {"responseFlags", explanation.flags},   {"hops", Json::array()},
              {"explanation", explanation.sentences}, {"rules", explanation.rules}};
  for (const LoggedHop& hop : explained.connection.hops) out["hops"].push_back(to_object(hop));
  if (explained.comparison != nullptr) {
    out["trace"] = Json::parse(trace::to_json(explained.comparison->traced), nullptr, false);
    out["findings"] = explained.comparison->findings;
  }
  return dump(out);
}

std::string to_text(const std::vector<SumRow>& rows) {
  std::vector<std::vector<std::string>> cells = {
      {"CONNECTIONS", "HOST", "CLUSTER", "FLAGS", "RECEIVED", "SENT"}};
  for (const SumRow& row : rows)
    cells.push_back({fmt::format("{}", row.connections), row.host, row.cluster, row.flags,
                     fmt::format("{}", row.received), fmt::format("{}", row.sent)});
  return render::to_columns(cells, 2);
}

std::string to_json(const std::vector<SumRow>& rows) {
  Json out = Json::array();
  for (const SumRow& row : rows)
    out.push_back({{"host", row.host},
                   {"cluster", row.cluster},
                   {"flags", row.flags},
                   {"connections", row.connections},
                   {"bytesReceived", row.received},
                   {"bytesSent", row.sent}});
  return dump(out);
}

}  // namespace egressctl::logs
