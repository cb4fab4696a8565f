// Pods and the templates of pods.
//
// Source: Kubernetes API reference, Pod v1.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

struct ContainerPort {
  Text name;
  Number container_port;
  Text protocol;  // absent: TCP
};

struct Container {
  Text name;
  Text image;
  List<ContainerPort> ports;
  Text restart_policy;  // "Always" makes an init container a sidecar
};

struct PodSpec {
  Text service_account_name;  // absent: "default"
  Flag host_network;
  List<Container> containers;
  List<Container> init_containers;
};

struct PodTemplate {
  TextMap labels;
  TextMap annotations;
  Positioned<PodSpec> spec;
};

struct PodIp {
  Text ip;
};

struct PodCondition {
  Text type;    // "Ready", ...
  Text status;  // "True", "False" or "Unknown"
};

struct PodStatus {
  Text phase;
  Text pod_ip;
  List<PodIp> pod_ips;
  List<PodCondition> conditions;
};

struct Pod {
  Positioned<PodSpec> spec;
  Positioned<PodStatus> status;  // of a pod dumped from a cluster
};

// Reads the whole object.
[[nodiscard]] Pod read_pod(const Fields& in);

// Reads a workload's `template`.
[[nodiscard]] PodTemplate read_pod_template(const Fields& in);

// Whether the pod's condition "Ready" is "True".
[[nodiscard]] bool is_ready(const Pod& pod);

}  // namespace egressctl::resource
