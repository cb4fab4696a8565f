#include "lib/topology/outbound_listeners.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "lib/topology/outbound_chains.h"

namespace egressctl::topology {
namespace {

using resource::Protocol;

constexpr std::string_view kPassthroughChain = "PassthroughFilterChain";

enum class Form { Http, Tcp, Auto, None };

Form form_of(Protocol protocol) {
  if (resource::is_http(protocol)) return Form::Http;
  switch (protocol) {
    case Protocol::Tcp:
    case Protocol::Https:
    case Protocol::Tls:
    case Protocol::Mongo:
    case Protocol::Redis:
    case Protocol::MySql: return Form::Tcp;
    case Protocol::Udp: return Form::None;
    default: return Form::Auto;
  }
}

struct Entry {
  std::vector<std::string> binds;
  std::int64_t port = 0;
  bool bind_to_port = false;
  bool locked = false;
  Protocol protocol = Protocol::Tcp;
  std::vector<ChainDraft> chains;
  std::unordered_set<std::string> predicates;  // of the chains
  Causes causes;
};

// Databases that speak first must not share a port with what is told apart by its first bytes.
bool keeps_to_itself(Protocol incoming, Protocol existing) {
  const auto is_picky = [](Protocol protocol) {
    return protocol == Protocol::Mongo || protocol == Protocol::MySql;
  };
  return (is_picky(incoming) || is_picky(existing)) && incoming != existing;
}

std::vector<std::string> localhosts(IpMode mode) {
  switch (mode) {
    case IpMode::V4: return {"127.0.0.1"};
    case IpMode::V6: return {"::1"};
    case IpMode::Dual: return {"127.0.0.1", "::1"};
  }
  return {};
}

class Builder {
 public:
  explicit Builder(const View& view)
      : view_(view),
        wildcards_(wildcards(view.proxy.ip_mode())),
        own_(mesh::sidecar_ports(view.snapshot.mesh.settings())) {}

  std::vector<Listener> build() {
    for (const EgressScope& egress : view_.scope.egress) add(egress);
    std::vector<Listener> out;
    out.reserve(entries_.size());
    for (auto& [key, entry] : entries_) out.push_back(finish(entry));
    return out;
  }

 private:
  using Key = std::pair<std::int64_t, std::string>;

  void add(const EgressScope& egress) {
    const resource::SidecarEgress* config = egress.config;
    OutboundPort base;
    const RoutesByHost routes(egress.routes);
    base.routes = &routes;
    bind_to_port_ = false;
    if (config != nullptr) {
      const std::string& bind = *config->bind;
      bind_to_port_ =
          *config->capture_mode == resource::CaptureMode::None || bind.starts_with("unix://");
      if (!bind.empty()) base.binds = {bind};
    }
    if (base.binds.empty() && bind_to_port_) base.binds = localhosts(view_.proxy.ip_mode());
    if (config != nullptr && config->port.present()) {
      base.number = *config->port->number;
      base.protocol = *config->port->protocol;
      if (!can_bind(base)) return;
      for (const Service* service : egress.services) {
        base.service = service;
        add(base);
      }
      return;
    }
    // What items with a port have made, this one leaves alone.
    for (auto& [key, entry] : entries_) entry.locked = true;
    for (const Service* service : egress.services) {
      base.service = service;
      for (const mesh::ServicePort* port : service->ports) {
        base.number = port->number;
        base.protocol = port->protocol;
        if (can_bind(base)) add_service_port(base, *port);
      }
    }
  }

  // The proxy's own listeners have their ports for themselves.
  [[nodiscard]] bool can_bind(const OutboundPort& port) const {
    const bool on_wildcard =
        port.bind().empty() ? resource::is_http(port.protocol) : port.bind() == wildcards_.front();
    return !on_wildcard || (port.number != own_.outbound && port.number != own_.inbound);
  }

  // A headless service gets a listener for each of its endpoints, since a client dials these.
  void add_service_port(const OutboundPort& base, const mesh::ServicePort& port) {
    const Service& service = *base.service;
    const bool tcp = form_of(port.protocol) == Form::Tcp || form_of(port.protocol) == Form::Auto;
    if (!base.binds.empty() || service.resolution != Resolution::Passthrough || !tcp ||
        service.addresses_for(view_.proxy.ip_mode()).front() != kUnspecifiedIp) {
      add(base);
      return;
    }
    const auto instances = view_.snapshot.endpoints.of(service.host, service.name_space).at(port);
    if (!service.is_kubernetes() && instances.empty() && service.selector == nullptr) {
      add(base);
      return;
    }
    for (const Instance* instance : instances) {
      if (!is_ipv4(instance->address) && !is_ipv6(instance->address)) continue;
      if (!view_.proxy.addresses.empty() && instance->address == view_.proxy.addresses.front())
        continue;
      OutboundPort at = base;
      at.binds = {instance->address};
      add(at);
    }
  }

  void add(OutboundPort port) {
    const Form form = form_of(port.protocol);
    if (form == Form::None || port.service->resolution == Resolution::Alias) return;
    if (port.binds.empty()) bind_to_service(port, form);
    Entry* current = nullptr;
    const Key key{port.number, std::string(port.bind())};
    if (const auto found = entries_.find(key); found != entries_.end()) {
      current = &found->second;
      if (current->locked) return;
    }
    const bool http_proxy = port.protocol == Protocol::HttpProxy;
    Protocol protocol = port.protocol;
    std::vector<ChainDraft> chains;
    if (http_proxy) {
      chains.push_back(http_chain(view_, port, false));
    } else if (form == Form::Http) {
      // Several HTTP services share one chain, whose routes tell them apart.
      if (current != nullptr && form_of(current->protocol) != Form::Tcp) return;
      const bool on_wildcard = port.bind() == wildcards_.front();
      chains.push_back(http_chain(view_, port, on_wildcard));
      if (on_wildcard) protocol = Protocol::Unsupported;
    } else {
      if (form == Form::Auto && current != nullptr && form_of(current->protocol) == Form::Auto)
        return;
      chains = tcp_chains(view_, port);
      if (form == Form::Auto) chains.push_back(http_chain(view_, port, true));
    }
    merge(key, port, form, protocol, std::move(chains), http_proxy ? nullptr : current);
  }

  // Source: listener.go (buildSidecarOutboundListener): what comes second on an address and port is
  // merged in, or dropped.
  void merge(const Key& key, const OutboundPort& port, Form form, Protocol protocol,
             std::vector<ChainDraft> chains, Entry* current) {
    const Causes causes = {{port.service->source->resource, port.service->source->range}};
    if (current != nullptr && keeps_to_itself(port.protocol, current->protocol)) return;
    const Form existing = current != nullptr ? form_of(current->protocol) : Form::None;
    if (current == nullptr || (form == Form::Auto && existing == Form::Http)) {
      Entry entry{.binds = port.binds,
                  .port = port.number,
                  .bind_to_port = bind_to_port_,
                  .protocol = protocol,
                  .chains = {},
                  .predicates = {},
                  .causes = causes};
      for (ChainDraft& chain : chains) {
        entry.predicates.insert(chain.predicates());
        entry.chains.push_back(std::move(chain));
      }
      entries_.insert_or_assign(key, std::move(entry));
      return;
    }
    if (form != existing && existing != Form::Auto) current->protocol = Protocol::Unsupported;
    for (ChainDraft& chain : chains)
      if (current->predicates.insert(chain.predicates()).second)
        current->chains.push_back(std::move(chain));
  }

  void bind_to_service(OutboundPort& port, Form form) const {
    if (form == Form::Http) {
      port.binds = wildcards_;
      return;
    }
    const Service& service = *port.service;
    const IpMode mode = view_.proxy.ip_mode();
    const auto addresses = service.addresses_for(mode);
    std::vector<std::string> texts(addresses.begin(), addresses.end());
    if (!service.is_kubernetes() && texts.front() == kUnspecifiedIp) {
      if (mode == IpMode::V6) texts.front() = "::";
      if (mode == IpMode::Dual) texts.emplace_back("::");
    }
    if (texts.front().find('/') == std::string::npos) {
      port.binds = std::move(texts);
    } else {
      port.cidrs = std::move(texts);
      port.binds = wildcards_;
    }
  }

  Listener finish(Entry& entry) const {
    Listener out;
    out.name = fmt::format("{}_{}", entry.binds.front(), entry.port);
    out.address = entry.binds.front();
    out.port = static_cast<std::uint32_t>(entry.port);
    out.additional_addresses.assign(entry.binds.begin() + 1, entry.binds.end());
    if (!entry.bind_to_port) out.bind_to_port = false;
    out.causes = entry.causes;
    add_inspectors(entry, out);
    for (ChainDraft& draft : entry.chains) {
      FilterChain chain;
      chain.match = draft.match();
      chain.filters = std::move(draft.filters);
      chain.causes = std::move(draft.causes);
      if (draft.takes_all()) {
        out.default_filter_chain = std::move(chain);
      } else {
        out.filter_chains.push_back(std::move(chain));
      }
    }
    if (out.default_filter_chain && out.filter_chains.empty()) {
      out.filter_chains.push_back(*std::move(out.default_filter_chain));
      out.default_filter_chain.reset();
    } else if (!out.default_filter_chain) {
      const CatchAll rest = catch_all(view_);
      FilterChain& chain = out.default_filter_chain.emplace();
      chain.name = kPassthroughChain;
      chain.filters.push_back(tcp_proxy(rest.cluster, rest.causes));
      chain.causes = rest.causes;
    }
    return out;
  }

  static void add_inspectors(const Entry& entry, Listener& out) {
    bool tls = false;
    bool http = false;
    for (const ChainDraft& chain : entry.chains) {
      tls = tls || !chain.sni_hosts.empty() ||
            std::any_of(
                chain.filters.begin(), chain.filters.end(),
                [](const NetworkFilter& filter) { return filter.name == kOwnSniForwardProxy; });
      http = http || !chain.application_protocols.empty();
    }
    if (tls) out.listener_filters.push_back({std::string(kTlsInspector), {}});
    if (http) out.listener_filters.push_back({std::string(kHttpInspector), {}});
  }

  const View& view_;
  std::vector<std::string> wildcards_;
  mesh::SidecarPorts own_;
  bool bind_to_port_ = false;
  std::map<Key, Entry> entries_;
};

}  // namespace

std::vector<Listener> outbound_listeners(const View& view) {
  return Builder(view).build();
}

std::optional<Listener> http_proxy(const View& view) {
  const mesh::Settings& settings = view.snapshot.mesh.settings();
  const std::int64_t port = mesh::sidecar_ports(settings).http_proxy;
  if (port == 0) return std::nullopt;
  std::vector<std::string> binds = localhosts(view.proxy.ip_mode());
  Listener out;
  out.name = fmt::format("{}_{}", binds.front(), port);
  out.address = binds.front();
  out.port = static_cast<std::uint32_t>(port);
  out.additional_addresses.assign(binds.begin() + 1, binds.end());
  out.causes = {{settings.mesh_resource, settings.mesh_config->proxy_http_port.range}};
  FilterChain& chain = out.filter_chains.emplace_back();
  chain.filters.push_back(http_manager(std::string(kHttpProxyRoutes), {}, out.causes));
  chain.causes = out.causes;
  return out;
}

Listener virtual_outbound(const View& view) {
  Listener out;
  out.name = kVirtualOutbound;
  out.address = wildcards(view.proxy.ip_mode()).front();
  out.port =
      static_cast<std::uint32_t>(mesh::sidecar_ports(view.snapshot.mesh.settings()).outbound);
  // Who connects to the listener itself would make it connect to itself.
  FilterChain& loop = out.filter_chains.emplace_back();
  loop.name = "virtualOutbound-blackhole";
  loop.match.destination_port = out.port;
  loop.filters.push_back(tcp_proxy(std::string(kBlackHoleCluster), {}));
  const CatchAll rest = catch_all(view);
  if (view.scope.outbound == resource::OutboundMode::AllowAnyDynamicDns) {
    FilterChain& http = out.filter_chains.emplace_back();
    http.name = kAllowAnyDynamicDns;
    http.match.application_protocols = {"http/1.1", "h2c"};
    http.filters.push_back(http_manager(std::string(kAllowAnyDynamicDns), {}, rest.causes));
    http.filters.back().target.inline_routes = true;
    http.causes = rest.causes;
    out.listener_filters.push_back({.name = std::string(kHttpInspector), .causes = rest.causes});
  }
  FilterChain& all = out.filter_chains.emplace_back();
  all.name = "virtualOutbound-catchall-tcp";
  all.filters.push_back(tcp_proxy(rest.cluster, rest.causes));
  all.causes = rest.causes;
  return out;
}

}  // namespace egressctl::topology
