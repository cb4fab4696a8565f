#include "lib/resource/telemetry.h"

namespace egressctl::resource {
namespace {

constexpr Word<WorkloadMode> kModes[] = {{"CLIENT_AND_SERVER", WorkloadMode::ClientAndServer},
                                         {"CLIENT", WorkloadMode::Client},
                                         {"SERVER", WorkloadMode::Server}};

LogMatch read_match(const Fields& in) {
  return {.mode = in.choice("mode", kModes)};
}

LogFilter read_filter(const Fields& in) {
  return {.expression = in.text("expression")};
}

ProviderRef read_provider(const Fields& in) {
  return {.name = in.text("name")};
}

AccessLogging read_access_logging(const Fields& in) {
  return {.match = in.object("match", read_match),
          .providers = in.objects("providers", read_provider),
          .disabled = in.flag("disabled"),
          .filter = in.object("filter", read_filter)};
}

}  // namespace

Telemetry read_telemetry(const Fields& in) {
  return {.selector = in.object("selector", read_policy_selector),
          .target_ref = in.object("targetRef", read_target_ref),
          .target_refs = in.objects("targetRefs", read_target_ref),
          .access_logging = in.objects("accessLogging", read_access_logging)};
}

}  // namespace egressctl::resource
