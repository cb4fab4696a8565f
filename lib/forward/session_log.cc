// What a connection leaves in the access log.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "lib/forward/session.h"

namespace egressctl::forward {
namespace {

constexpr std::string_view kInternalClient = "envoy://internal_client_address/";

std::string internal_listener(const std::string& name) {
  return fmt::format("envoy://{}/", name);
}

}  // namespace

// The name that was resolved; empty where there was none.
std::string Session::host_name() const {
  if (taken_->original_destination || taken_->host.starts_with("unix:")) return {};
  const std::string& name = taken_->host.empty() ? asked_name() : taken_->host;
  return IpAddress::parse(name) ? std::string() : name;
}

void Session::log() {
  using std::chrono::system_clock;
  ConnectionRecord record;
  record.id = id_;
  record.duration = worker_.loop().now() - start_;
  record.start =
      system_clock::now() - std::chrono::duration_cast<system_clock::duration>(record.duration);
  record.received = up_.bytes();
  record.sent = down_.bytes();
  record.flags = flags_;
  record.code_details = details_;
  record.termination_details = termination_;
  record.local_close_reason = local_reason_;
  record.downstream_close = downstream_close_;
  record.authority = authority_;
  record.downstream_failure = client_failure_;
  record.upstream_failure = failure_;
  if (route_ != nullptr) record.upstream_cluster = target().cluster;
  if (upstream_address_ != SocketAddress()) record.upstream_host = upstream_address_.to_string();
  if (upstream_.fd.valid()) {
    record.upstream_local_address = local_address(upstream_.fd.get()).to_string();
    record.upstream_close = upstream_close_;
  }
  if (taken_ != nullptr) record.upstream_host_name = host_name();
  record.downstream_local_address = here().to_string();
  record.downstream_remote_address = remote_.to_string();
  if (proxied_ != nullptr) record.downstream_direct_remote_address = proxied_->sender.to_string();
  if (proxied_ != nullptr || rules_->transparent)
    record.downstream_direct_local_address = local_address(downstream_.fd.get()).to_string();
  record.downstream_tls = downstream_.tls.get();
  record.upstream_tls = upstream_.tls.get();

  const bool two_lines = route_ != nullptr && route_->termination != nullptr &&
                         !route_->termination->listener.empty() && !inner_name_.empty();
  if (!two_lines) {
    record.server_name = name_;
    return worker_.add_line(record);
  }
  // As Envoy logs a connection that its gateway sends through an internal listener.
  ConnectionRecord inner = record;
  const std::string listener = internal_listener(route_->termination->listener);
  inner.downstream_local_address = listener;
  inner.downstream_remote_address = kInternalClient;
  inner.server_name = inner_name_;
  inner.downstream_tls = nullptr;
  inner.downstream_direct_local_address.clear();
  inner.downstream_direct_remote_address.clear();
  inner.internal = true;
  if (inner_route_ == nullptr && route_->termination->inside != nullptr)
    inner.upstream_cluster.clear();
  worker_.add_line(inner);
  record.server_name = name_;
  // The internal listener has taken the hello, wherever it then has not gone.
  record.received = std::max<std::uint64_t>(record.received, pending_.size());
  record.upstream_host = listener;
  record.upstream_host_name.clear();
  record.upstream_cluster = route_->cluster;
  record.upstream_local_address = kInternalClient;
  record.upstream_tls = nullptr;
  record.code_details.clear();
  record.upstream_failure.clear();
  if (!flags_.none()) {
    record.flags = {};
    record.flags.set(ResponseFlag::UpstreamRemoteReset);
  }
  worker_.add_line(record);
}

}  // namespace egressctl::forward
