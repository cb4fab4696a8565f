// EGR0309 sni-twice
#include <algorithm>
#include <string>
#include <unordered_map>

#include "lib/base/text.h"
#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0309", "sni-twice", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/virtual-service/#TLSMatchAttributes",
    "istio/istio#30321", "istio/istio#39921", "istio/istio#17079"};

// Who has a name on a gateway's port.
struct Claim {
  const mesh::VirtualService* service = nullptr;
  const resource::Text* name = nullptr;
};

// The oldest first, as istiod looks at them; what does not tell its age stays where it is.
std::vector<Binding> in_order(const Context& in) {
  std::vector<Binding> out = bindings(in);
  const auto time = [](const Binding& binding) {
    const std::string_view text = *binding.service->resource->metadata.creation_timestamp;
    return text.empty() ? std::string_view("~") : text;
  };
  std::stable_sort(out.begin(), out.end(),
                   [&](const Binding& a, const Binding& b) { return time(a) < time(b); });
  return out;
}

class Claims {
 public:
  Claims(const mesh::Mesh& mesh, Diagnostics& out) : mesh_(mesh), out_(out) {}

  void add(const Binding& binding, const mesh::RouteMatch& match) {
    if (match.sni_hosts == nullptr) return;
    for (const Server* server : servers_.of(binding, &match)) {
      if (!passes_through(**server)) continue;
      for (const resource::Text& name : **match.sni_hosts)
        add(binding, *(*server)->port->number, name);
    }
  }

 private:
  void add(const Binding& binding, std::int64_t port, const resource::Text& name) {
    const std::string key = fmt::format("{}:{} {}", binding.gateway->name, port, to_lower(*name));
    const auto [known, added] = known_.try_emplace(key, Claim{binding.service, &name});
    const Claim& first = known->second;
    // A TLSRoute makes a VirtualService for each of its hosts, with all of them as SNI.
    if (added || first.name == &name ||
        first.service->resource->node == binding.service->resource->node)
      return;
    out_.report(kId, name.range,
                "\"{}\" is taken on gateway \"{}\", port {}, by {} \"{}\": this match is left "
                "out",
                *name, binding.gateway->written_name, port, *first.service->resource->kind_name,
                mesh_.written_name(*first.service->resource))
        .related(first.name->range, "who has it")
        .help("put all routes for the name into one match, or give one of them another name");
  }

  const mesh::Mesh& mesh_;
  Diagnostics& out_;
  Servers servers_;
  std::unordered_map<std::string, Claim> known_;
};

void check(const Context& in, Diagnostics& out) {
  Claims claims(in.mesh(), out);
  for (const Binding& binding : in_order(in))
    for (const mesh::Route& route : binding.service->routes) {
      if (route.kind != mesh::RouteKind::Tls) continue;
      for (const mesh::RouteMatch& match : route.matches)
        if (may_hold(*binding.service, &match, binding.gateway->name)) claims.add(binding, match);
    }
}

}  // namespace

const Rule kSniTwice{
    .info = {.id = kId,
             .summary = "one SNI name in two matches on the same port of a gateway",
             .why = "istiod leaves the newer match out and says so in its own log alone. Its "
                    "clients reach what the older one leads to.",
             .mend = "Merge the two, or let each have names of its own. Wildcards that overlap "
                     "but are not equal are fine: the most specific one wins.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
