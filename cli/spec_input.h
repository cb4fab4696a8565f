// Reads the egress specs that a person names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/result.h"
#include "lib/base/source.h"
#include "lib/spec/spec.h"
#include "lib/yaml/load.h"

namespace egressctl::cli {

// The specs of all files, and what they point into.
struct SpecInput {
  std::vector<std::unique_ptr<const Source>> sources;
  std::vector<yaml::Document> documents;
  std::vector<spec::Spec> specs;
};

// Documents that can't be used are reported and left out. Fails as read_input() does, and with
// ErrorCode::Invalid when a file has no document.
[[nodiscard]] Result<SpecInput> read_specs(const std::vector<std::string>& files,
                                           Diagnostics& diagnostics);

}  // namespace egressctl::cli
