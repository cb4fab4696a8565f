// Generates from any bytes that are a spec: nothing crashes, and what is made can be read again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "lib/generate/generate.h"
#include "lib/generate/layout.h"
#include "lib/generate/template_set.h"
#include "lib/spec/read.h"
#include "lib/yaml/load.h"

using namespace egressctl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const generate::TemplateSet kTemplates = generate::TemplateSet::embedded();
  const Source source("fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size));
  Diagnostics diagnostics;
  const auto documents = yaml::load(source, diagnostics);
  std::vector<spec::Spec> specs;
  for (const yaml::Document& document : documents)
    if (auto spec = spec::read(document, diagnostics)) specs.push_back(*std::move(spec));
  if (specs.empty() || diagnostics.any(Severity::Error)) return 0;
  const auto manifests =
      generate::generate(specs, kTemplates, generate::Target::Manifest, diagnostics);
  const Source made("made.yaml", generate::to_stream(manifests));
  Diagnostics reading;
  const auto again = yaml::load(made, reading);
  if (!reading.empty() || again.size() != manifests.size()) std::abort();
  return 0;
}
