// EGR0306 route-kind
#include <algorithm>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0306", "route-kind", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/virtual-service/#TLSRoute",
    "istio/istio#46004", "istio/istio#39206"};

std::string_view words_for(const resource::Server& server) {
  if (passes_through(server)) return "passes TLS through";
  if (resource::is_http(*server.port->protocol)) return "speaks HTTP";
  if (*server.port->protocol == resource::Protocol::Https) return "ends TLS in front of HTTP";
  return server.tls.present() ? "ends TLS" : "speaks TCP";
}

// The servers that a route of the VirtualService may be meant for.
std::set<const Server*, std::less<>> servers_of(Servers& servers, const Binding& binding,
                                                const mesh::Route& route) {
  std::set<const Server*, std::less<>> out;
  for (const mesh::RouteMatch* match : matches_of(route))
    if (may_hold(*binding.service, match, binding.gateway->name))
      for (const Server* server : servers.of(binding, match)) out.insert(server);
  return out;
}

// Of each server that the VirtualService means, the first route of another kind; nullptr where one
// fits. A route that another server uses may be meant for that one alone.
std::map<const Server*, const mesh::Route*, std::less<>> find_misfits(Servers& servers,
                                                                      const Binding& binding) {
  std::map<const Server*, const mesh::Route*, std::less<>> out;
  for (const mesh::Route& route : binding.service->routes) {
    const auto meant = servers_of(servers, binding, route);
    const auto fits = [&](const Server* server) { return kind_of(**server) == route.kind; };
    const bool is_used = std::any_of(meant.begin(), meant.end(), fits);
    for (const Server* server : meant) {
      if (fits(server))
        out[server] = nullptr;
      else if (!is_used)
        out.try_emplace(server, &route);
    }
  }
  return out;
}

// Whether an item of "http" or "tls" says nothing that one of "tcp" can't say, but for `sniHosts`.
bool fits_tcp(const yaml::Node& route) {
  const auto among = [](const yaml::Node& mapping, std::initializer_list<std::string_view> keys) {
    return std::all_of(mapping.entries.begin(), mapping.entries.end(), [&](const auto& entry) {
      return std::find(keys.begin(), keys.end(), entry.key.scalar) != keys.end();
    });
  };
  if (!among(route, {"match", "route"})) return false;
  const yaml::Node* matches = route.find("match");
  return matches == nullptr ||
         std::all_of(matches->items.begin(), matches->items.end(), [&](const yaml::Node& match) {
           return among(match, {"port", "gateways", "destinationSubnets", "sourceLabels",
                                "sourceNamespace", "sniHosts"});
         });
}

// Gives the route a list of its own: the key of the old one where the route is alone in it, else a
// key before the route, which is the last one.
std::optional<Edit> move_to_tcp(const yaml::Node& list, const yaml::Entry& entry,
                                const yaml::Node& route) {
  if (list.items.size() == 1) return yaml::rename_key(entry, "tcp");
  if (list.style != yaml::Style::Block || &list.items.back() != &route) return std::nullopt;
  const std::string_view text = route.range.source->text();
  const std::size_t newline = text.rfind('\n', route.range.begin);
  const std::size_t key_line = text.rfind('\n', entry.key.range.begin);
  if (newline == std::string_view::npos || key_line == std::string_view::npos) return std::nullopt;
  const std::string_view indent = text.substr(key_line + 1, entry.key.range.begin - key_line - 1);
  const std::string_view dash = text.substr(newline + 1, route.range.begin - newline - 1);
  if (indent.find_first_not_of(' ') != std::string_view::npos ||
      dash.find_first_not_of(" -") != std::string_view::npos)
    return std::nullopt;
  const auto at = static_cast<std::uint32_t>(newline + 1);
  return Edit{{route.range.source, at, at}, fmt::format("{}tcp:\n", indent)};
}

// Makes a "tcp" route of the last "tls" route, or of an "http" or "tls" route that is the only one.
std::optional<Fix> convert(const mesh::VirtualService& service, const mesh::Route& route,
                           mesh::RouteKind wanted) {
  const yaml::Node* spec = service.resource->node->find("spec");
  const yaml::Entry* entry =
      spec == nullptr ? nullptr : spec->find_entry(mesh::to_string(route.kind));
  if (wanted != mesh::RouteKind::Tcp || entry == nullptr || spec->find("tcp") != nullptr ||
      mesh::applies_at(service, route, "mesh"))
    return std::nullopt;
  const auto& items = entry->value.items;
  const auto item = std::find_if(items.begin(), items.end(), [&](const yaml::Node& each) {
    return each.range.begin == route.range.begin;
  });
  if (item == items.end() || item->from_alias || !fits_tcp(*item)) return std::nullopt;
  Fix fix{.title = "write it as a \"tcp\" route", .safe = false, .edits = {}};
  const auto add = [&](const std::optional<Edit>& edit) {
    if (edit) fix.edits.push_back(*edit);
    return edit.has_value();
  };
  if (!add(move_to_tcp(entry->value, *entry, *item))) return std::nullopt;
  if (const yaml::Node* matches = item->find("match"))
    for (const yaml::Node& match : matches->items)
      if (match.find("sniHosts") != nullptr && !add(yaml::remove_entry(match, "sniHosts")))
        return std::nullopt;
  return fix;
}

void check(const Context& in, Diagnostics& out) {
  Servers servers;
  for (const Binding& binding : bindings(in))
    for (const auto& [place, misfit] : find_misfits(servers, binding)) {
      const Server& server = *place;
      // A server for TLS without settings for it is a mistake of its own.
      if (resource::is_tls(*server->port->protocol) && !server->tls.present()) continue;
      if (misfit == nullptr) continue;
      auto finding =
          out.report(kId, misfit->range,
                     "the server of gateway \"{}\" {}, so it uses \"{}\" routes; this is a \"{}\" "
                     "route",
                     binding.gateway->name, words_for(*server), mesh::to_string(kind_of(*server)),
                     mesh::to_string(misfit->kind));
      finding
          .related(server->tls.present() ? server->tls.range : server.range, "the server is here")
          .help(fmt::format("write it as a \"{}\" route, or change what the server does with TLS",
                            mesh::to_string(kind_of(*server))));
      if (auto fix = convert(*binding.service, *misfit, kind_of(*server)))
        finding.fix(std::move(*fix));
    }
}

}  // namespace

const Rule kRouteKind{
    .info = {.id = kId,
             .summary = "a route of a kind that the Gateway's server does not use",
             .why = "The listener gets no filters, and every connection is reset "
                    "(`SSL_ERROR_SYSCALL`). istiod logs `listener missed network filter`.",
             .mend = "Passed-through TLS needs `tls` routes, TLS that ends at the gateway `tcp`, "
                     "HTTP and HTTPS `http`.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
