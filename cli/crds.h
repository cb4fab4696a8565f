// A cluster's own CRDs in place of the built-in schemas: `--crds`.
#pragma once

#include <string>
#include <vector>

#include "cli/input.h"
#include "lib/base/result.h"
#include "lib/resource/schema/schema.h"

namespace egressctl::cli {

struct Crds {
  resource::SchemaSet schemas;  // of the kinds that the CRDs define
  Diagnostics findings;         // about the CRDs; they point into `sources`
  std::vector<std::unique_ptr<const Source>> sources;
};

// Reads the CRDs in files, folders or standard input (see read_inputs), as `kubectl get crds -o
// yaml` prints them. Fails with ErrorCode::Usage when there is none, with ErrorCode::Io when a file
// can't be read.
[[nodiscard]] Result<Crds> read_crds(const std::vector<std::string>& paths);

}  // namespace egressctl::cli
