// Source: istio/istio ValidateWorkloadGroup.
#include "lib/resource/workload_group.h"

#include <algorithm>
#include <cctype>

#include "lib/resource/validation/kinds.h"
#include "lib/resource/validation/parts.h"

namespace egressctl::resource::validation {
namespace {

// Kubernetes takes no more than this of a probe's headers.
bool is_probe_header(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-';
  });
}

void check_http(Report& report, const Positioned<HttpProbe>& http) {
  check_port(report, http, http->port, "port");
  const Text& scheme = http->scheme;
  if (!scheme->empty() && *scheme != "HTTP" && *scheme != "HTTPS")
    report.error(kInvalidProbe, scheme.range, "\"{}\" is no scheme of a probe", *scheme)
        .help("write HTTP or HTTPS");
  for (const Positioned<ProbeHeader>& header : *http->http_headers)
    if (!is_probe_header(*header->name))
      report.missing(kInvalidProbe, header, header->name, "name",
                     "\"{}\" is no name of a probe's header", *header->name);
}

void check_probe(Report& report, const Positioned<ReadinessProbe>& probe) {
  if (!probe.present()) return;
  if (probe->http_get.present()) return check_http(report, probe->http_get);
  if (probe->tcp_socket.present())
    return check_port(report, probe->tcp_socket, probe->tcp_socket->port, "port");
  const auto& exec = probe->exec;
  if (exec.present()) {
    if (exec->command->empty())
      report.missing(kInvalidProbe, exec, exec->command, "command", "the probe runs no command");
    return;
  }
  report.error(kInvalidProbe, probe.key, "the probe asks nothing")
      .help("add \"httpGet\", \"tcpSocket\" or \"exec\"");
}

}  // namespace

void check(Report& report, const WorkloadGroup& group) {
  check_labels(report, group.metadata->labels);
  check_probe(report, group.probe);
}

}  // namespace egressctl::resource::validation
