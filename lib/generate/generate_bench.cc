// How generating grows with the number of destinations, and what it costs beside reading the
// result: prints, for 10 to 10,000 destinations, the time of spec -> manifests, the ratio to the
// time in which lib/yaml reads those manifests (same process, same bytes), the factor a decade, and
// the peak memory.
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "lib/base/bench.h"
#include "lib/generate/generate.h"
#include "lib/generate/layout.h"
#include "lib/spec/read.h"
#include "lib/yaml/load.h"

namespace {

using namespace egressctl;

std::string spec_text(int destinations) {
  std::string text =
      "apiVersion: egressctl/v1\nkind: Egress\nmetadata: {name: bench}\nspec:\n"
      "  clients:\n  - {namespace: default, serviceAccounts: [app]}\n  destinations:\n";
  for (int i = 0; i < destinations; ++i) {
    switch (i % 3) {
      case 0:
        text += fmt::format(
            "  - {{name: named-{0}, hosts: [host-{0}.example.com], via: gateway}}\n", i);
        break;
      case 1:
        text += fmt::format(
            "  - {{name: common-{0}, hosts: [\"*.wild-{0}.org\", wild-{0}.org], "
            "via: common-host, commonHost: www.wild-{0}.org}}\n",
            i);
        break;
      default:
        text += fmt::format(
            "  - {{name: proxied-{0}, hosts: [\"*.open-{0}.net\", open-{0}.net], "
            "via: sni-proxy}}\n",
            i);
    }
  }
  return text;
}

std::string make(const std::string& text) {
  Diagnostics diagnostics;
  const Source source("bench.yaml", text);
  std::vector<spec::Spec> specs;
  const auto documents = yaml::load(source, diagnostics);
  for (const yaml::Document& document : documents)
    if (auto spec = spec::read(document, diagnostics)) specs.push_back(*std::move(spec));
  const auto templates = generate::TemplateSet::embedded();
  return generate::to_stream(
      generate::generate(specs, templates, generate::Target::Manifest, diagnostics));
}

}  // namespace

int main() {
  fmt::print("destinations  output MB  generate s  x of reading it  factor a decade  peak MB\n");
  double before = 0;
  for (const int destinations : {10, 100, 1000, 10000}) {
    const std::string text = spec_text(destinations);
    std::string output;
    double best = 1e9;
    for (int run = 0; run < 3; ++run) best = std::min(best, seconds([&] { output = make(text); }));
    const double peak = peak_megabytes();
    Diagnostics diagnostics;
    const Source source("set.yaml", output);
    const double reading = seconds([&] { (void)yaml::load(source, diagnostics); });
    fmt::print("{:12}  {:9.2f}  {:10.3f}  {:15.2f}  {:>15}  {:7.0f}\n", destinations,
               static_cast<double>(output.size()) / 1e6, best, best / reading,
               before > 0 ? fmt::format("{:.1f}", best / before) : "-", peak);
    before = best;
  }
}
