// The check of each kind. Each reports on the one resource that it is given.
#pragma once

#include "lib/resource/resource.h"
#include "lib/resource/validation/report.h"

namespace egressctl::resource::validation {

void check(Report& report, const Gateway& gateway);
void check(Report& report, const DestinationRule& rule);
void check(Report& report, const VirtualService& service);
void check(Report& report, const Sidecar& sidecar);
void check(Report& report, const ServiceEntry& entry);
void check(Report& report, const WorkloadEntry& entry);
void check(Report& report, const WorkloadGroup& group);
void check(Report& report, const ProxyConfig& config);
void check(Report& report, const PeerAuthentication& policy);
void check(Report& report, const AuthorizationPolicy& policy);
void check(Report& report, const RequestAuthentication& policy);
void check(Report& report, const Telemetry& telemetry);
void check(Report& report, const Extension& extension);
void check(Report& report, const EnvoyFilter& filter);
void check(Report& report, const MeshConfig& config);

}  // namespace egressctl::resource::validation
