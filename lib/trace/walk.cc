#include <algorithm>

#include <fmt/format.h>

#include "lib/envoy/names.h"
#include "lib/mesh/identity.h"
#include "lib/trace/envoy_rbac.h"
#include "lib/trace/handshake.h"
#include "lib/trace/missing.h"
#include "lib/trace/walker.h"
#include "lib/trace/words.h"

namespace egressctl::trace {
namespace {

using topology::Causes;
using topology::Cluster;
using topology::Connection;
using topology::FilterChain;
using topology::Listener;
using topology::NetworkFilter;
using topology::Proxy;
using topology::Topology;

// Walks that are made for one connection; those behind them are left out.
constexpr std::size_t kMaxWalks = 64;

// Why Envoy does not take a listener that an EnvoyFilter wrote; empty: it does.
std::string refused_by_envoy(const Listener& listener) {
  for (const FilterChain& chain : listener.filter_chains)
    for (const std::string& name : chain.match.server_names)
      if (!envoy::is_server_name(name))
        return fmt::format(
            "Envoy refuses listener {}: server_names has \"{}\", and a wildcard is \"*.\" before a "
            "whole domain",
            listener.name, name);
  return {};
}

// Whether the listener learns SNI: by its tls_inspector, which Envoy puts in where a match needs
// it.
//
// Source: envoyproxy/envoy source/common/listener_manager/listener_impl.cc (need_tls_inspector).
bool reads_hello(const Listener& listener) {
  const auto& filters = listener.listener_filters;
  const auto& chains = listener.filter_chains;
  return std::any_of(filters.begin(), filters.end(),
                     [](const auto& filter) { return filter.name.ends_with("tls_inspector"); }) ||
         std::any_of(chains.begin(), chains.end(), [](const FilterChain& chain) {
           return !chain.match.server_names.empty() || !chain.match.application_protocols.empty() ||
                  !chain.match.transport_protocol.empty();
         });
}

// Whether a filter may refuse connections by rules of its own.
bool decides(std::string_view name) {
  constexpr std::string_view kDecide[] = {
      "rbac",      "ext_authz", "wasm", "ratelimit", "local_ratelimit", "connection_limit",
      "jwt_authn", "lua",       "cors", "ext_proc",  "fault",           "golang"};
  return std::any_of(std::begin(kDecide), std::end(kDecide), [&](std::string_view word) {
    return name.ends_with(fmt::format(".{}", word));
  });
}

}  // namespace

Walker::Walker(const mesh::Mesh& mesh, const mesh::NetworkPolicyIndex& policies,
               const Request& request, const Topologies& topology_of, Branches& branches)
    : mesh_(mesh),
      policies_(policies),
      request_(request),
      topology_of_(topology_of),
      branches_(branches),
      meant_(destination_of(mesh, request)),
      sni_(request.sni.value_or(meant_.name)),
      inner_sni_(request.inner_sni.value_or(sni_)),
      tls_layers_(meant_.protocol == Protocol::Tls ? 1 : 0) {}

Trace Walker::walk() {
  std::optional<WayAround> way;
  if (!request_.proxies_only) way = way_around(mesh_, request_.client, meant_, request_.port);
  if (way) {
    go_around(*std::move(way));
  } else {
    enter_sidecar();
  }
  return finish();
}

void Walker::enter_sidecar() {
  Connection connection;
  connection.address = meant_.address;
  connection.port = request_.port;
  set_first_bytes(connection, sni_);
  const Topology& sidecar = topology_of_(request_.client);
  const Listener* listener =
      topology::outbound_listener(sidecar, connection.address, connection.port);
  start(Place::Sidecar, request_.client).server_name = connection.sni;
  if (listener == nullptr) {
    stop(Verdict::Reset, "the sidecar has no listener for it", Failure::NoListener);
  } else {
    pass(sidecar, *listener, connection, {});
  }
}

void Walker::set_first_bytes(Connection& connection, const std::string& name) const {
  connection.tls = meant_.protocol == Protocol::Tls;
  connection.sni = connection.tls ? name : std::string();
  connection.alpn.clear();
  if (meant_.protocol == Protocol::Http) connection.alpn = {"http/1.1"};
}

std::string Walker::spiffe_id_of(const Proxy& proxy) const {
  return mesh::spiffe_id(mesh_.settings(), proxy.name_space, proxy.service_account);
}

Hop& Walker::start(Place place, const Proxy& proxy) {
  Hop& hop = out_.hops.emplace_back();
  hop.place = place;
  hop.proxy = fmt::format("{}.{}", proxy.name, proxy.name_space);
  return hop;
}

Trace Walker::finish() {
  foretell_logs(out_, failure_, client_failure_);
  return std::move(out_);
}

void Walker::stop(Verdict verdict, std::string reason, Failure failure, Causes blame) {
  out_.verdict = verdict;
  out_.reason = std::move(reason);
  failure_ = failure;
  out_.blame = std::move(blame);
}

bool Walker::is_kept(std::optional<KeptIn> kept) {
  if (!kept || request_.proxies_only) return false;
  stop(Verdict::Blocked, std::move(kept->why), Failure::Unreachable, std::move(kept->causes));
  return true;
}

void Walker::pass(const Topology& proxy, const Listener& listener, const Connection& connection,
                  const Peer& peer) {
  hop().listener = listener.name;
  if (const std::string why = refused_by_envoy(listener); !why.empty()) {
    stop(Verdict::Reset, why, Failure::NoListener, listener.causes);
    return;
  }
  const FilterChain* chain = topology::find_chain(listener, connection);
  if (chain != nullptr && chain->sni_forwarder() != nullptr && !reads_hello(listener)) {
    stop(Verdict::Reset,
         fmt::format("{} has no tls_inspector: its SNI proxy learns no name", listener.name),
         Failure::NoEndpoint, listener.causes);
    return;
  }
  if (chain == nullptr) {
    hop().log = log_of(listener, proxy.logging);
    stop(hop().place == Place::InternalListener ? Verdict::Blocked : Verdict::Reset,
         connection.sni.empty()
             ? fmt::format("no filter chain of {} takes a connection without SNI", listener.name)
             : fmt::format("no filter chain of {} takes SNI \"{}\"", listener.name, connection.sni),
         Failure::NoChain, listener.causes);
    return;
  }
  hop().chain = describe(chain->match);
  hop().causes = chain->causes;
  hop().log = log_of(*chain, proxy.logging);
  if (chain->tls) {
    hop().ends = describe_tls(*chain->tls, spiffe_id_of(sender()));
    --tls_layers_;
  }
  if (!is_let_in(*chain, connection, peer)) return;
  const topology::Target& target = chain->target();
  if (target.inline_routes) {
    topology::Target inside;
    inside.cluster = target.inline_cluster();
    forward(proxy, inside, chain, connection);
  } else if (!target.route_config.empty()) {
    route(proxy, target.route_config, *chain);
  } else if (target.empty()) {
    stop_at_end(listener, *chain);
  } else {
    forward(proxy, target, chain, connection);
  }
}

void Walker::stop_at_end(const Listener& listener, const FilterChain& chain) {
  std::string reason = fmt::format("the filter chain of {} leads nowhere", listener.name);
  Causes blame = chain.causes;
  if (!chain.filters.empty() && !chain.filters.back().causes.empty()) {
    const NetworkFilter& last = chain.filters.back();
    reason += fmt::format(": it ends with filter {}", last.name);
    blame = last.causes;
  }
  stop(Verdict::Reset, std::move(reason), Failure::Other, std::move(blame));
}

bool Walker::is_let_in(const FilterChain& chain, const Connection& connection, const Peer& peer) {
  for (const NetworkFilter& filter : chain.filters) {
    const bool passes = is_let_in(filter, facts_of(connection, peer, filter));
    if (passes) continue;
    if (chain.target().route_config.empty()) hop().cluster = chain.target().cluster;
    return false;
  }
  return true;
}

bool Walker::is_let_in(const NetworkFilter& filter, const Facts& facts) {
  if (filter.name == topology::kNetworkRbac && filter.config != nullptr) {
    const RbacVerdict verdict = evaluate_rbac(*filter.config, facts);
    if (verdict.passes == Truth::Yes) return true;
    if (verdict.passes == Truth::Maybe) {
      add_note(
          "whether an RBAC filter of an EnvoyFilter lets it pass depends on what is only known "
          "while it runs; taken so");
      return true;
    }
    stop(Verdict::Blocked,
         verdict.policy.empty()
             ? std::string("no policy of an EnvoyFilter's RBAC filter allows it")
             : fmt::format("policy \"{}\" of an EnvoyFilter's RBAC filter denies it",
                           verdict.policy),
         Failure::Policy, filter.causes);
    hop().log.details = fmt::format("rbac_access_denied_matched_policy[{}]",
                                    verdict.policy.empty() ? "none" : verdict.policy);
    return false;
  }
  if (filter.config != nullptr && decides(filter.name))
    add_note(fmt::format("filter {} of an EnvoyFilter decides here, too, and is not evaluated",
                         filter.name));
  for (const topology::HttpFilter& part : filter.http_filters)
    if (decides(part.name))
      add_note(fmt::format(
          "HTTP filter {} of an EnvoyFilter decides here, too, and is not evaluated", part.name));
  if (filter.rbac.empty()) return true;
  const Decision decision = decide(mesh_.settings(), filter.rbac, facts);
  if (decision.unsure != nullptr)
    add_note(fmt::format("whether {} lets it pass depends on addresses or tokens; taken so",
                         resource::display_name(*decision.unsure)));
  if (!decision.refusal) return true;
  const Refusal& refusal = *decision.refusal;
  stop(Verdict::Blocked, refusal.reason, Failure::Policy,
       {{refusal.policy, refusal.policy->spec_range}});
  hop().log.details = matched_policy(refusal, mesh_);
  return false;
}

void Walker::add_note(const std::string& note) {
  hop().note += (hop().note.empty() ? "" : "; ") + note;
}

Facts Walker::facts_of(const Connection& connection, const Peer& peer,
                       const NetworkFilter& filter) const {
  Facts out;
  out.principal = peer.identity;
  out.name_space = peer.name_space;
  out.client_addresses = request_.client.addresses;
  if (gateway_) out.own_addresses = gateway_->addresses;
  out.sni = connection.sni;
  out.port = connection.port;
  out.http = filter.name == topology::kHttpConnectionManager;
  out.host = request_.host;
  out.path = request_.path;
  return out;
}

void Walker::route(const Topology& proxy, const std::string& name, const FilterChain& chain) {
  const topology::RouteConfiguration* routes = proxy.route(name);
  const topology::VirtualHost* host =
      routes != nullptr ? topology::find_virtual_host(*routes, at(request_.host, request_.port))
                        : nullptr;
  if (host == nullptr) {
    stop(Verdict::Reset,
         fmt::format("no virtual host of route configuration {} is for \"{}\": 404", name,
                     request_.host),
         Failure::NoRoute, chain.causes);
    return;
  }
  hop().route = fmt::format("{} / {}", name, host->name);
  const topology::Route* found = topology::find_route(*host, request_.path);
  if (found == nullptr) {
    stop(Verdict::Reset,
         fmt::format("no route of virtual host {} is for path \"{}\": 404", host->name,
                     request_.path),
         Failure::NoRoute, host->causes);
    return;
  }
  hop().causes = found->causes;
  if (found->direct_response) {
    stop(Verdict::Blocked, fmt::format("the proxy itself answers {}", *found->direct_response),
         Failure::Answered, found->causes);
  } else if (found->redirect) {
    stop(Verdict::Delivered, "the proxy itself answers with a redirect", Failure::Answered,
         found->causes);
  } else if (!is_aborted(*found)) {
    for (const std::string& mirror : found->mirrors)
      add_note(fmt::format("a copy of what is asked goes to {}", mirror));
    forward(proxy, found->target, &chain, {});
  }
}

bool Walker::is_aborted(const topology::Route& route) {
  if (route.abort == nullptr) return false;
  const resource::FaultAbort& abort = *route.abort;
  const double share = *abort.percentage->value;  // without one istiod asks for none
  const std::string answer = abort.grpc_status.present()
                                 ? fmt::format("gRPC status {}", *abort.grpc_status)
                                 : fmt::format("{}", *abort.http_status);
  if (share >= 100) {
    stop(Verdict::Blocked, fmt::format("an injected fault answers {} to all requests", answer),
         Failure::Aborted, route.causes);
    return true;
  }
  if (share > 0)
    add_note(fmt::format("an injected fault answers {} to {} % of the requests", answer, share));
  return false;
}

void Walker::forward(const Topology& proxy, const topology::Target& target,
                     const FilterChain* chain, const Connection& connection) {
  std::string name = target.cluster;
  if (!target.weighted_clusters.empty()) {
    std::vector<topology::WeightedCluster> clusters = target.weighted_clusters;
    std::stable_sort(clusters.begin(), clusters.end(),
                     [](const auto& a, const auto& b) { return a.weight > b.weight; });
    while (clusters.size() > 1 && clusters.back().weight == 0) clusters.pop_back();
    const topology::WeightedCluster& taken = clusters[branches_.pick(clusters.size())];
    name = taken.name;
    add_note(
        fmt::format("one of {} weighted clusters, of weight {}", clusters.size(), taken.weight));
  }
  hop().cluster = name;
  if (name == topology::kBlackHoleCluster) {
    stop(Verdict::Blocked,
         fmt::format("the sidecar knows no way to {} and lets nothing else out",
                     at(request_.host, request_.port)),
         Failure::NoEndpoint, hop().causes);
    return;
  }
  if (name == topology::kPassthroughCluster) {
    leave(request_.host, request_.port);
    return;
  }
  const Cluster* cluster = proxy.cluster(name);
  if (cluster == nullptr) {
    Missing missing = missing_cluster(mesh_, proxy, name);
    Causes blame = std::move(missing.blame);
    blame.insert(blame.end(), hop().causes.begin(), hop().causes.end());
    stop(Verdict::Reset,
         fmt::format("{} has no cluster \"{}\"{}{}", hop().proxy, name,
                     missing.why.empty() ? "" : ": ", missing.why),
         Failure::NoCluster, std::move(blame));
    return;
  }
  topology::Causes& causes = hop().causes;
  for (const topology::Cause& cause : cluster->causes)
    if (std::none_of(causes.begin(), causes.end(), [&](const topology::Cause& known) {
          return known.resource == cause.resource;
        }))
      causes.push_back(cause);
  connect(*cluster, *chain, connection);
}

// What goes wrong for a part of the connections counts, where the first walk goes well.
Trace walk(const mesh::Mesh& mesh, const mesh::NetworkPolicyIndex& policies, const Request& request,
           const Topologies& topology_of) {
  Branches branches;
  Trace out = Walker(mesh, policies, request, topology_of, branches).walk();
  for (std::size_t i = 1; i < kMaxWalks && out.verdict == Verdict::Delivered && branches.next();
       ++i) {
    Trace other = Walker(mesh, policies, request, topology_of, branches).walk();
    if (other.verdict == Verdict::Delivered) continue;
    other.reason = "for a part of the connections: " + other.reason;
    return other;
  }
  return out;
}

}  // namespace egressctl::trace
