#include "lib/resource/workload_entry.h"

namespace egressctl::resource {

WorkloadEntry read_workload_entry(const Fields& in) {
  return {.address = in.text("address"),
          .ports = in.number_map("ports"),
          .labels = in.text_map("labels"),
          .network = in.text("network"),
          .locality = in.text("locality"),
          .weight = in.number("weight"),
          .service_account = in.text("serviceAccount")};
}

}  // namespace egressctl::resource
