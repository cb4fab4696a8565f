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

// Collects the sets of several specs: a resource that two make alike is there once.
class Collector {
 public:
  void add(const spec::Spec& spec, std::vector<Manifest> manifests, Diagnostics& diagnostics) {
    std::size_t collisions = 0;
    std::string first;
    const spec::Spec* other = nullptr;
    for (Manifest& manifest : manifests) {
      std::string name =
          fmt::format("{} \"{}/{}\"", manifest.kind, manifest.name_space, manifest.name);
      const auto [at, fresh] = known_.try_emplace(name, all_.size(), &spec);
      if (fresh) {
        all_.push_back(std::move(manifest));
      } else if (all_[at->second.first].text != manifest.text && collisions++ == 0) {
        first = std::move(name);
        other = at->second.second;
      }
    }
    if (collisions == 0) return;
    diagnostics
        .report(kSpecsCollide, spec.range,
                "another spec makes {} of this spec's resources differently, the first is {}",
                collisions, first)
        .related(other->range, "the other spec")
        .help(
            "make one spec of them, or give each a gateway and destinations with names of its "
            "own");
  }

  std::vector<Manifest> take() {
    sort_for_apply(all_);
    return std::move(all_);
  }

 private:
  std::vector<Manifest> all_;
  // Name -> where in all_, and whose.
  std::unordered_map<std::string, std::pair<std::size_t, const spec::Spec*>> known_;
};

}  // namespace

std::vector<Manifest> generate(std::span<const spec::Spec> specs, const TemplateSet& templates,
                               Target target, Diagnostics& diagnostics) {
  Collector collector;
  for (const spec::Spec& spec : specs) {
    const Plan plan = make_plan(spec);
    give_advice(plan, diagnostics);
    collector.add(spec, one_set(plan, templates, target), diagnostics);
  }
  return collector.take();
}

}  // namespace egressctl::generate
