#include "lib/resource/pod.h"

#include <algorithm>
#include <utility>

#include "lib/resource/metadata.h"

namespace egressctl::resource {
namespace {

ContainerPort read_container_port(const Fields& in) {
  return {.name = in.text("name"),
          .container_port = in.number("containerPort"),
          .protocol = in.text("protocol")};
}

Container read_container(const Fields& in) {
  return {.name = in.text("name"),
          .image = in.text("image"),
          .ports = in.objects("ports", read_container_port),
          .restart_policy = in.text("restartPolicy")};
}

PodSpec read_pod_spec(const Fields& in) {
  return {.service_account_name = in.text("serviceAccountName"),
          .host_network = in.flag("hostNetwork"),
          .containers = in.objects("containers", read_container),
          .init_containers = in.objects("initContainers", read_container)};
}

PodIp read_pod_ip(const Fields& in) {
  return {.ip = in.text("ip")};
}

PodCondition read_pod_condition(const Fields& in) {
  return {.type = in.text("type"), .status = in.text("status")};
}

PodStatus read_pod_status(const Fields& in) {
  return {.phase = in.text("phase"),
          .pod_ip = in.text("podIP"),
          .pod_ips = in.objects("podIPs", read_pod_ip),
          .conditions = in.objects("conditions", read_pod_condition)};
}

}  // namespace

Pod read_pod(const Fields& in) {
  return {.spec = in.object("spec", read_pod_spec), .status = in.object("status", read_pod_status)};
}

PodTemplate read_pod_template(const Fields& in) {
  Positioned<Metadata> metadata = in.object("metadata", read_metadata);
  return {.labels = std::move(metadata.value.labels),
          .annotations = std::move(metadata.value.annotations),
          .spec = in.object("spec", read_pod_spec)};
}

bool is_ready(const Pod& pod) {
  const auto& conditions = *pod.status->conditions;
  return std::any_of(conditions.begin(), conditions.end(), [](const auto& condition) {
    return *condition->type == "Ready" && *condition->status == "True";
  });
}

}  // namespace egressctl::resource
