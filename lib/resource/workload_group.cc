#include "lib/resource/workload_group.h"

namespace egressctl::resource {
namespace {

ProbeHeader read_header(const Fields& in) {
  return {.name = in.text("name")};
}

HttpProbe read_http(const Fields& in) {
  return {.port = in.number("port"),
          .scheme = in.text("scheme"),
          .http_headers = in.objects("httpHeaders", read_header)};
}

TcpProbe read_tcp(const Fields& in) {
  return {.port = in.number("port")};
}

ExecProbe read_exec(const Fields& in) {
  return {.command = in.texts("command")};
}

ReadinessProbe read_probe(const Fields& in) {
  return {.http_get = in.object("httpGet", read_http),
          .tcp_socket = in.object("tcpSocket", read_tcp),
          .exec = in.object("exec", read_exec),
          .grpc = in.raw("grpc")};
}

GroupMetadata read_metadata_of_group(const Fields& in) {
  return {.labels = in.text_map("labels")};
}

}  // namespace

WorkloadGroup read_workload_group(const Fields& in) {
  return {.metadata = in.object("metadata", read_metadata_of_group),
          .entry = in.object("template", read_workload_entry),
          .probe = in.object("probe", read_probe)};
}

}  // namespace egressctl::resource
