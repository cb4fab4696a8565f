#include "cli/crds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lib/resource/crd.h"
#include "lib/yaml/load.h"

namespace egressctl::cli {

Result<Crds> read_crds(const std::vector<std::string>& paths) {
  Inputs inputs = read_inputs(paths);
  for (const Diagnostic& problem : inputs.problems)
    if (problem.severity == Severity::Error)
      return fail(ErrorCode::Io, fmt::format("--crds: {}: {}", problem.path, problem.message));
  Crds out;
  out.sources = std::move(inputs.sources);
  for (const auto& source : out.sources)
    resource::read_crds(yaml::load(*source, out.findings), out.schemas, out.findings);
  if (out.schemas.kinds().empty() && out.findings.empty())
    return fail(ErrorCode::Usage,
                fmt::format("--crds: no CustomResourceDefinition in {}; `kubectl get crds -o yaml` "
                            "prints a cluster's",
                            fmt::join(paths, ", ")));
  return out;
}

}  // namespace egressctl::cli
