// The example specs and what becomes of them, as files to read.
#include "lib/testing/golden.h"

#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/generate/generate.h"
#include "lib/generate/layout.h"
#include "lib/spec/read.h"
#include "lib/testing/files.h"
#include "lib/yaml/load.h"

namespace egressctl::generate {
namespace {

// The files of a layout, each behind a line with its path; for Layout::File the stream alone.
std::string generated(const std::string& spec_path, Layout layout) {
  Diagnostics diagnostics;
  const Source source(spec_path, testing::read_file(spec_path));
  std::vector<spec::Spec> specs;
  const auto documents = yaml::load(source, diagnostics);
  for (const yaml::Document& document : documents)
    if (auto spec = spec::read(document, diagnostics)) specs.push_back(*std::move(spec));
  const Target target = layout == Layout::Helm ? Target::HelmChart : Target::Manifest;
  const auto manifests = generate(specs, TemplateSet::embedded(), target, diagnostics);
  REQUIRE_FALSE(diagnostics.any(Severity::Error));
  if (layout == Layout::File) return to_stream(manifests);
  std::string text;
  for (const OutputFile& file : lay_out(manifests, layout, specs))
    text += "==> " + file.path + " <==\n" + file.text;
  return text;
}

std::string spec_path(const std::string& name) {
  return (testing::testdata() / "specs" / (name + ".yaml")).string();
}

TEST_CASE("generate: the example specs make the sets beside them") {
  for (const std::string name : {"egress-mtls", "wildcard-egress-mtls", "wildcard-egress-sni-proxy",
                                 "all-modes", "strict-every-namespace"}) {
    CAPTURE(name);
    testing::check_golden("generate/" + name + ".yaml", generated(spec_path(name), Layout::File));
  }
}

// Ten megabytes are no reading matter: what is in them, and their hash.
TEST_CASE("generate: a thousand destinations of mixed modes") {
  const std::string stream = generated(spec_path("thousand"), Layout::File);
  Diagnostics diagnostics;
  const Source source("thousand.yaml", stream);
  std::map<std::string, int> kinds;
  for (const yaml::Document& document : yaml::load(source, diagnostics))
    ++kinds[std::string(document.root().find("kind")->scalar)];
  REQUIRE(diagnostics.empty());
  std::string summary;
  for (const auto& [kind, count] : kinds) summary += fmt::format("{} {}\n", count, kind);
  testing::check_golden("generate/thousand.txt", summary + "sha256 " + sha256_hex(stream) + "\n");
}

TEST_CASE("generate: the layouts of one spec") {
  const std::string path = spec_path("egress-mtls");
  testing::check_golden("generate/layouts/resource.txt", generated(path, Layout::Resource));
  testing::check_golden("generate/layouts/kustomize.txt", generated(path, Layout::Kustomize));
  testing::check_golden("generate/layouts/helm.txt", generated(path, Layout::Helm));
}

}  // namespace
}  // namespace egressctl::generate
