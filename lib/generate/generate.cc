#include "lib/generate/generate.h"

#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "lib/generate/advice.h"
#include "lib/generate/emitters.h"
#include "lib/generate/plan.h"
#include "lib/generate/set_builder.h"

namespace egressctl::generate {
namespace {

std::vector<Manifest> one_set(const Plan& plan, const TemplateSet& templates, Target target) {
  SetBuilder set(plan, templates, target);
  add_gateway_workload(set);
  add_service_entries(set);
  add_routes(set);
  add_envoy_filters(set);
  add_policies(set);
  add_network_policies(set);
  add_telemetry(set);
  return set.take();
}

}  // namespace

std::vector<Manifest> generate(std::span<const spec::Spec> specs, const TemplateSet& templates,
                               Target target, Diagnostics& diagnostics) {
  std::vector<Manifest> all;
  std::unordered_map<std::string, std::pair<std::size_t, const spec::Spec*>> known;
  for (const spec::Spec& spec : specs) {
    const Plan plan = make_plan(spec);
    give_advice(plan, diagnostics);
    for (Manifest& manifest : one_set(plan, templates, target)) {
      const std::string key =
          fmt::format("{}/{}/{}", manifest.kind, manifest.name_space, manifest.name);
      const auto [at, fresh] = known.try_emplace(key, all.size(), &spec);
      if (fresh) {
        all.push_back(std::move(manifest));
      } else if (all[at->second.first].text != manifest.text) {
        diagnostics
            .report(kSpecsCollide, spec.range, "{} \"{}\" in namespace \"{}\" is made twice",
                    manifest.kind, manifest.name, manifest.name_space)
            .related(at->second.second->range, "the other one comes from here")
            .help(
                "give the specs gateways or destinations with names of their own, or make one "
                "spec of them");
      }
    }
  }
  sort_for_apply(all);
  return all;
}

}  // namespace egressctl::generate
