#include "lib/logs/flags.h"

#include <algorithm>
#include <array>

namespace egressctl::logs {
namespace {

constexpr std::array<FlagInfo, 30> kFlags = {{
    {"DC", "DownstreamConnectionTermination",
     "the client closed the connection before the answer was complete", ""},
    {"DF", "DnsResolutionFailed", "the name of the destination could not be resolved",
     "EGR0305 EGR0609"},
    {"DI", "DelayInjected", "a fault filter delayed it on purpose", ""},
    {"DO", "DropOverload", "it was dropped because the endpoints' owner asks for less load", ""},
    {"DPE", "DownstreamProtocolError", "the client did not speak HTTP as it should",
     "EGR0307 EGR0316"},
    {"DR", "DownstreamRemoteReset", "the client reset the connection, or its HTTP/2 stream", ""},
    {"DT", "DurationTimeout", "the connection lasted longer than it may", ""},
    {"FI", "FaultInjected", "a fault filter broke it off on purpose", ""},
    {"IH", "InvalidEnvoyRequestHeaders",
     "a header that controls the proxy has a value that it does not take", ""},
    {"LH", "FailedLocalHealthCheck", "the proxy's own service fails its health check", ""},
    {"LR", "LocalReset", "the proxy itself reset the connection", ""},
    {"NC", "NoClusterFound",
     "the route leads to a cluster that the proxy does not have: a host, port "
     "or subset that "
     "nothing defines for it",
     "EGR0201 EGR0205 EGR0206 EGR0209 EGR0211 EGR0216"},
    {"NFCF", "NoFilterConfigFound", "the configuration of a filter did not come in time", ""},
    {"NR", "NoRouteFound", "no filter chain takes the connection, or no route the request",
     "EGR0404 EGR0301 EGR0302 EGR0304 EGR0402"},
    {"OM", "OverloadManagerTerminated", "the proxy has too little memory or too many connections",
     ""},
    {"RFCF", "ResponseFromCacheFilter", "the answer came from a cache of the proxy", ""},
    {"RL", "RateLimited", "a rate limit refused it", ""},
    {"RLSE", "RateLimitServiceError", "the rate limit service failed", ""},
    {"SI", "StreamIdleTimeout", "nothing was sent for as long as the idle timeout", ""},
    {"UAEX", "UnauthorizedExternalService", "the external authorization service refused it", ""},
    {"UC", "UpstreamConnectionTermination", "the upstream closed the connection", "EGR0405"},
    {"UDO", "UnconditionalDropOverload",
     "everything is dropped because the endpoints' owner asks for it", ""},
    {"UF", "UpstreamConnectionFailure",
     "the upstream could not be connected, or the TLS handshake with it failed",
     "EGR0404 EGR0402 EGR0401 EGR0214 EGR0504"},
    {"UH", "NoHealthyUpstream", "the cluster has no endpoint, or none that is healthy",
     "EGR0204 EGR0305 EGR0318 EGR0602"},
    {"UMSDR", "UpstreamMaxStreamDurationReached", "the request took longer than it may", ""},
    {"UO", "UpstreamOverflow", "the limits of the connection pool are reached (circuit breaking)",
     ""},
    {"UPE", "UpstreamProtocolError", "the upstream did not speak HTTP as it should",
     "EGR0405 EGR0307"},
    {"UR", "UpstreamRemoteReset", "the upstream reset the connection", "EGR0404 EGR0508"},
    {"URX", "UpstreamRetryLimitExceeded", "all attempts to connect failed", ""},
    {"UT", "UpstreamRequestTimeout", "the upstream did not answer in time", ""},
}};

}  // namespace

std::span<const FlagInfo> all_flags() {
  return kFlags;
}

const FlagInfo* find_flag(std::string_view word) {
  const auto* const found = std::find_if(kFlags.begin(), kFlags.end(), [&](const FlagInfo& flag) {
    return flag.word == word || flag.name == word;
  });
  return found == kFlags.end() ? nullptr : &*found;
}

}  // namespace egressctl::logs
