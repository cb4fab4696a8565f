#include "lib/resource/service_entry.h"

namespace egressctl::resource {
namespace {

constexpr Word<Location> kLocations[] = {{"MESH_EXTERNAL", Location::MeshExternal},
                                         {"MESH_INTERNAL", Location::MeshInternal}};

constexpr Word<Resolution> kResolutions[] = {{"NONE", Resolution::None},
                                             {"STATIC", Resolution::Static},
                                             {"DNS", Resolution::Dns},
                                             {"DNS_ROUND_ROBIN", Resolution::DnsRoundRobin},
                                             {"DYNAMIC_DNS", Resolution::DynamicDns}};

}  // namespace

ServiceEntry read_service_entry(const Fields& in) {
  return {.hosts = in.texts("hosts"),
          .addresses = in.texts("addresses"),
          .ports = in.objects("ports", read_port),
          .location = in.choice("location", kLocations),
          .resolution = in.choice("resolution", kResolutions),
          .endpoints = in.objects("endpoints", read_workload_entry),
          .workload_selector = in.object("workloadSelector", read_workload_selector),
          .export_to = in.texts("exportTo"),
          .subject_alt_names = in.texts("subjectAltNames")};
}

}  // namespace egressctl::resource
