#include "lib/resource/workload.h"

namespace egressctl::resource {

Workload read_workload(const Fields& in) {
  return {.replicas = in.number("replicas"),
          .selector = in.object("selector", read_label_selector),
          .pod_template = in.object("template", read_pod_template)};
}

Workload read_cron_job(const Fields& in) {
  const auto read_job_template = [](const Fields& job) {
    return job.object("spec", read_workload).value;
  };
  return in.object("jobTemplate", read_job_template).value;
}

}  // namespace egressctl::resource
