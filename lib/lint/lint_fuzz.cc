// Lints any bytes: nothing crashes, and every finding has its place in the input.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "lib/lint/linter.h"

using namespace egressctl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::unique_ptr<const Source>> sources;
  sources.push_back(std::make_unique<const Source>(
      "fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size)));
  const lint::Workspace workspace(std::move(sources), 1);
  lint::Options options;
  options.posture = true;
  for (const Diagnostic& finding : lint::lint(workspace, options, lint::Depth::Everything, 1))
    if (finding.range.known() &&
        (finding.range.begin > finding.range.end || finding.range.end > size))
      std::abort();
  return 0;
}
