#include "lib/topology/inbound_listener.h"

#include <optional>
#include <string>

#include <fmt/format.h>

#include "lib/topology/authentication.h"
#include "lib/topology/authorization.h"
#include "lib/topology/filter_chains.h"
#include "lib/topology/outbound_chains.h"

namespace egressctl::topology {
namespace {

constexpr std::string_view kPassthrough = "InboundPassthroughCluster";
constexpr std::string_view kTls = "tls";
constexpr std::string_view kRaw = "raw_buffer";

class Builder {
 public:
  explicit Builder(const View& view)
      : view_(view),
        peer_(view.snapshot.peers.of_proxy(view.proxy)),
        policies_(view.snapshot.policies.of_proxy(view.proxy)) {}

  Listener build() {
    out_.name = kVirtualInbound;
    out_.address = wildcards(view_.proxy.ip_mode()).front();
    out_.port =
        static_cast<std::uint32_t>(mesh::sidecar_ports(view_.snapshot.mesh.settings()).inbound);
    out_.listener_filters = {{"envoy.filters.listener.original_dst", {}},
                             {std::string(kTlsInspector), {}},
                             {std::string(kHttpInspector), {}}};
    // Who connects to the listener itself would make it connect to itself.
    FilterChain& loop = out_.filter_chains.emplace_back();
    loop.name = "virtualInbound-blackhole";
    loop.match.destination_port = out_.port;
    loop.filters.push_back(tcp_proxy(std::string(kBlackHoleCluster), {}));
    add_chains(peer_.mode, std::nullopt);
    for (const auto& [port, mode] : peer_.by_port) add_chains(mode, port);
    return std::move(out_);
  }

 private:
  using Port = std::optional<std::uint32_t>;

  void add_chains(MutualTlsMode mode, Port port) {
    const std::vector<std::string> mutual_http = {"istio-http/1.0", "istio-http/1.1", "istio-h2"};
    const std::vector<std::string> plain_http = {"http/1.1", "h2c"};
    const std::vector<std::string> mutual_tcp = {"istio-peer-exchange", "istio"};
    if (mode == MutualTlsMode::Strict) {
      add_http(kTls, mutual_http, port, true);
      add_tcp(kTls, {}, port, true);
    } else if (mode == MutualTlsMode::Disable) {
      add_http(kRaw, plain_http, port, false);
      add_tcp(kRaw, {}, port, false);
    } else {
      add_http(kTls, mutual_http, port, true);
      add_http(kRaw, plain_http, port, false);
      add_tcp(kTls, mutual_tcp, port, true);
      add_tcp(kRaw, {}, port, false);
      add_tcp(kTls, {}, port, false);
    }
  }

  FilterChain& add(std::string_view transport, std::vector<std::string> protocols, Port port) {
    FilterChain& out = out_.filter_chains.emplace_back();
    out.match.transport_protocol = transport;
    out.match.application_protocols = std::move(protocols);
    out.match.destination_port = port;
    out.causes = peer_.causes;
    NetworkFilter& exchange = out.filters.emplace_back();
    exchange.name = kMetadataExchange;
    return out;
  }

  void add_http(std::string_view transport, std::vector<std::string> protocols, Port port,
                bool mutual) {
    FilterChain& out = add(transport, std::move(protocols), port);
    out.filters.push_back(http_manager(std::string(kPassthrough), policies_, peer_.causes));
    out.filters.back().target.inline_routes = true;
    if (mutual) out.tls = mutual_tls({"h2", "http/1.1"});
  }

  void add_tcp(std::string_view transport, std::vector<std::string> protocols, Port port,
               bool mutual) {
    FilterChain& out = add(transport, std::move(protocols), port);
    for (NetworkFilter& filter : tcp_filters(policies_)) out.filters.push_back(std::move(filter));
    out.filters.push_back(tcp_proxy(std::string(kPassthrough), peer_.causes));
    if (mutual) out.tls = mutual_tls({"istio-peer-exchange", "h2", "http/1.1"});
  }

  [[nodiscard]] DownstreamTls mutual_tls(std::vector<std::string> alpn) const {
    DownstreamTls out;
    out.kind = TlsKind::IstioMutual;
    out.require_client_certificate = true;
    out.alpn = std::move(alpn);
    out.subject_alt_names = {
        fmt::format("spiffe://{}/", view_.snapshot.mesh.settings().trust_domain)};
    out.certificates = {"default"};
    out.trust = "ROOTCA";
    out.causes = peer_.causes;
    return out;
  }

  const View& view_;
  PeerMode peer_;
  std::vector<Rbac> policies_;
  Listener out_;
};

}  // namespace

Listener virtual_inbound(const View& view) {
  return Builder(view).build();
}

}  // namespace egressctl::topology
