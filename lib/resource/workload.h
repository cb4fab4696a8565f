// Everything that makes pods from a template: Deployment, StatefulSet, DaemonSet, ReplicaSet, Job
// and CronJob.
//
// Source: Kubernetes API reference, apps/v1 and batch/v1.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/pod.h"
#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"

namespace egressctl::resource {

struct Workload {
  Number replicas;  // absent: 1 where the kind has it
  Positioned<LabelSelector> selector;
  Positioned<PodTemplate> pod_template;
};

// Reads `spec` of all kinds but CronJob.
[[nodiscard]] Workload read_workload(const Fields& in);

// Reads `spec` of a CronJob: what its `jobTemplate.spec` says.
[[nodiscard]] Workload read_cron_job(const Fields& in);

}  // namespace egressctl::resource
