// Any bytes as CRDs, and as resources to be checked against them and against the built-in schemas.
#include <cstddef>
#include <cstdint>
#include <string>

#include "lib/resource/crd.h"
#include "lib/resource/load.h"
#include "lib/resource/structure.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace egressctl;
  const Source source("fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size));
  Diagnostics findings;
  const std::vector<yaml::Document> documents = yaml::load(source, findings);
  resource::SchemaSet schemas;
  resource::read_crds(documents, schemas, findings);
  for (const resource::Resource& resource :
       resource::load_resources(documents, findings, {.report_wrong_types = false})) {
    resource::check_structure(resource, findings);
    resource::check_structure(resource, schemas, findings);
  }
  return 0;
}
