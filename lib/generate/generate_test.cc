#include "lib/generate/generate.h"

#include <set>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/generate/layout.h"
#include "lib/generate/plan.h"
#include "lib/generate/random_spec.h"
#include "lib/yaml/load.h"

namespace egressctl::generate {
namespace {

constexpr std::uint32_t kRuns = 200;

std::vector<Manifest> make(const spec::Spec& spec, Diagnostics& diagnostics) {
  static const TemplateSet kTemplates = TemplateSet::embedded();
  return generate({&spec, 1}, kTemplates, Target::Manifest, diagnostics);
}

TEST_CASE("generate: random specs make sets that load, with unique names that are DNS labels") {
  for (std::uint32_t seed = 0; seed < kRuns; ++seed) {
    CAPTURE(seed);
    const spec::Spec spec = testing::random_spec(seed);
    Diagnostics diagnostics;
    const auto manifests = make(spec, diagnostics);
    REQUIRE_FALSE(diagnostics.any(Severity::Error));
    const Source source("out.yaml", to_stream(manifests));
    const auto documents = yaml::load(source, diagnostics);
    REQUIRE_FALSE(diagnostics.any(Severity::Error));
    REQUIRE(documents.size() == manifests.size());
    std::set<std::string> names;
    for (std::size_t i = 0; i < documents.size(); ++i) {
      const yaml::Node& root = documents[i].root();
      const yaml::Node* metadata = root.find("metadata");
      REQUIRE(metadata != nullptr);
      CHECK(root.find("kind")->scalar == manifests[i].kind);
      CHECK(metadata->find("name")->scalar == manifests[i].name);
      CHECK(is_dns_label(manifests[i].name));
      const yaml::Node* name_space = metadata->find("namespace");
      CHECK((name_space == nullptr ? "" : name_space->scalar) == manifests[i].name_space);
      CHECK(names
                .insert(fmt::format("{}/{}/{}", manifests[i].kind, manifests[i].name_space,
                                    manifests[i].name))
                .second);
    }
  }
}

TEST_CASE("generate: the same spec makes the same bytes") {
  for (std::uint32_t seed = 0; seed < kRuns; seed += 10) {
    const spec::Spec spec = testing::random_spec(seed);
    Diagnostics diagnostics;
    CHECK(to_stream(make(spec, diagnostics)) == to_stream(make(spec, diagnostics)));
  }
}

TEST_CASE("generate: 500 destinations with long names keep unique labels of at most 63 bytes") {
  spec::Spec spec = testing::random_spec(1);
  const spec::Destination one = spec.destinations.front();
  spec.destinations.clear();
  for (int i = 0; i < 500; ++i) {
    spec::Destination destination = one;
    destination.name.value = std::string(200, 'n') + std::to_string(i);
    destination.via.value = spec::Via::Gateway;
    destination.hosts = {{fmt::format("host-{}.example.com", i), {}}};
    spec.destinations.push_back(std::move(destination));
  }
  std::set<std::string> ids;
  const Plan plan = make_plan(spec);
  for (const DestinationPlan& destination : plan.destinations) {
    CHECK(is_dns_label(destination.id));
    CHECK(is_dns_label(resource_name(destination.id, "from-clients")));
    CHECK(ids.insert(destination.id).second);
  }
}

TEST_CASE("generate: a name does not depend on the order of the destinations") {
  spec::Spec spec = testing::random_spec(3);
  Diagnostics diagnostics;
  const auto before = make(spec, diagnostics);
  std::reverse(spec.destinations.begin(), spec.destinations.end());
  const auto after = make(spec, diagnostics);
  std::set<std::string> a;
  std::set<std::string> b;
  for (const Manifest& manifest : before) a.insert(manifest.kind + manifest.name);
  for (const Manifest& manifest : after) b.insert(manifest.kind + manifest.name);
  CHECK(a == b);
}

TEST_CASE("generate: two specs that make one resource differently collide") {
  std::vector<spec::Spec> specs{testing::random_spec(5), testing::random_spec(5)};
  static const TemplateSet kTemplates = TemplateSet::embedded();
  Diagnostics same;
  const auto once = generate({specs.data(), 1}, kTemplates, Target::Manifest, same);
  const auto twice = generate(specs, kTemplates, Target::Manifest, same);
  CHECK_FALSE(same.any(Severity::Error));
  CHECK(once.size() == twice.size());
  specs[1].destinations.front().hosts.front().value = "other.example.net";
  specs[1].destinations.front().via.value = spec::Via::Gateway;
  Diagnostics different;
  (void)generate(specs, kTemplates, Target::Manifest, different);
  CHECK(different.any(Severity::Error));
}

}  // namespace
}  // namespace egressctl::generate
