#include "lib/resource/crd.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/resource/structure.h"
#include "lib/resource/test_resources.h"
#include "lib/testing/files.h"

namespace egressctl::resource {
namespace {

namespace fs = std::filesystem;

// CRDs and the text that they came from.
struct Crds {
  explicit Crds(std::string text) : source("crds.yaml", std::move(text)) {
    const std::vector<yaml::Document> documents = yaml::load(source, findings);
    read_crds(documents, schemas, findings);
  }

  Source source;
  Diagnostics findings;
  SchemaSet schemas;
};

// What makes the API server refuse the object; unknown fields it drops without a word.
std::string refusals(const Resource& resource, const SchemaSet* schemas) {
  Diagnostics findings;
  if (schemas != nullptr)
    check_structure(resource, *schemas, findings);
  else
    check_structure(resource, findings);
  std::string out;
  for (const Diagnostic& finding : findings)
    if (finding.rule.id != kUnknownField.id)
      out += fmt::format("{} {}\n", finding.rule.id, finding.message);
  return out;
}

}  // namespace

TEST_CASE("crd: the API server's verdicts on Istio's cases are ours, built in or from the CRDs") {
  const fs::path anchors = testing::shared() / "anchors";
  const fs::path folder = anchors / "istio-crd-cases";
  if (!fs::exists(folder)) {
    MESSAGE("skipped: no reference data at \"" << folder.string() << "\"");
    return;
  }
  const Crds crds(testing::read_file(anchors / "istio-crds.yaml"));
  CHECK(crds.findings.empty());
  std::size_t cases = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const Loaded loaded(entry.path().filename().string(), testing::read_file(entry.path()),
                        {.report_wrong_types = false});
    CHECK(loaded.reading.empty());
    for (const Resource& resource : loaded.resources) {
      const yaml::Node* error = resource.node->find("_err");
      const bool refused = error != nullptr && !error->is_null() && !error->scalar.empty();
      CAPTURE(display_name(resource));
      CAPTURE(location(resource.range));
      ++cases;
      for (const SchemaSet* schemas : {static_cast<const SchemaSet*>(nullptr), &crds.schemas}) {
        const std::string found = refusals(resource, schemas);
        CAPTURE(found);
        CHECK(found.empty() != refused);
      }
    }
  }
  MESSAGE(cases << " cases agree");
  CHECK(cases > 30);
}

}  // namespace egressctl::resource
