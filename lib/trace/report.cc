#include "lib/trace/report.h"

#include <array>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/trace/access_log.h"
#include "lib/trace/json.h"
#include "lib/trace/words.h"

namespace egressctl::trace {
namespace {

void add_line(std::string& out, std::string_view label, std::string_view text) {
  if (!text.empty()) out += fmt::format("    {:<10} {}\n", label, text);
}

Json to_json_object(const Hop& hop) {
  Json out = Json::object();
  out["place"] = to_string(hop.place);
  out["proxy"] = hop.proxy;
  const auto add = [&](const char* key, const std::string& text) {
    if (!text.empty()) out[key] = text;
  };
  add("serverName", hop.server_name);
  add("peer", hop.peer);
  add("listener", hop.listener);
  add("chain", hop.chain);
  add("route", hop.route);
  add("cluster", hop.cluster);
  add("endpoint", hop.endpoint);
  if (hop.ends) out["endsTls"] = to_json_object(*hop.ends);
  if (hop.tls) out["tls"] = to_json_object(*hop.tls);
  add("note", hop.note);
  out["because"] = to_json_list(hop.causes);
  add("accessLog", access_log(hop));
  if (hop.log.written) add("accessLogFilter", hop.log.filter);
  return out;
}

Json to_json_object(const Traced& traced) {
  const Trace& trace = traced.trace;
  Json hops = Json::array();
  for (const Hop& hop : trace.hops) hops.push_back(to_json_object(hop));
  return {{"from", client_name(traced.request)},
          {"to", at(traced.request.host, traced.request.port)},
          {"verdict", to_string(trace.verdict)},
          {"reason", trace.reason},
          {"reached", trace.reached},
          {"responseFlags", trace.flags},
          {"blame", to_json_list(trace.blame)},
          {"hops", std::move(hops)}};
}

void add_log(std::string& out, const Hop& hop) {
  const std::string line = access_log(hop);
  if (!line.empty()) {
    add_line(out, "log", line);
    add_line(out, "log if", hop.log.filter);
  } else if (hop.log.off.empty()) {
    add_line(out, "log", "none: nothing there writes an access log");
  } else {
    add_line(out, "log", "none: it is off by " + describe(hop.log.off.front()));
  }
}

}  // namespace

std::string describe(const topology::Cause& cause) {
  return fmt::format("{} ({})", resource::display_name(*cause.resource), location(cause.range));
}

std::string to_text(const Traced& traced) {
  const Trace& trace = traced.trace;
  std::string out = fmt::format("{} -> {}\n", client_name(traced.request),
                                at(traced.request.host, traced.request.port));
  std::size_t number = 0;
  for (const Hop& hop : trace.hops) {
    out += fmt::format("\n{}. {} {}\n", ++number, to_string(hop.place), hop.proxy);
    add_line(out, hop.place == Place::Pod ? "sends" : "sees",
             hop.server_name.empty() ? "no SNI" : "SNI " + hop.server_name);
    add_line(out, "client", hop.peer);
    add_line(out, "listener", hop.listener);
    add_line(out, "chain", hop.chain);
    add_line(out, "route", hop.route);
    add_line(out, "cluster", hop.cluster);
    add_line(out, "endpoint", hop.endpoint);
    if (hop.ends) add_line(out, "ends", describe(*hop.ends));
    if (hop.tls) add_line(out, "TLS", describe(*hop.tls));
    add_line(out, "note", hop.note);
    for (const topology::Cause& cause : hop.causes) add_line(out, "because", describe(cause));
    if (hop.place == Place::Pod) continue;
    add_log(out, hop);
  }
  out += fmt::format("\n{}: {}", to_string(trace.verdict), trace.reason);
  if (!trace.reached.empty()) out += fmt::format(" ({})", trace.reached);
  out += "\n";
  for (const topology::Cause& cause : trace.blame)
    out += fmt::format("  see {}\n", describe(cause));
  return out;
}

std::string to_json(const Traced& traced) {
  return dump(to_json_object(traced));
}

std::string to_json(const std::vector<Traced>& traces) {
  Json out = Json::array();
  for (const Traced& traced : traces) out.push_back(to_json_object(traced));
  return dump(out);
}

}  // namespace egressctl::trace
