// Reads egress specs out of YAML documents and says everything that is wrong with them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/spec/spec.h"
#include "lib/spec/tables.h"
#include "lib/yaml/load.h"

namespace egressctl::spec {

// Reads one document. All findings of the document are reported in one go; std::nullopt when one
// of them is an error. A document of another kind is one, too.
[[nodiscard]] std::optional<Spec> read(const yaml::Document& document, Diagnostics& diagnostics);

// The spec's JSON Schema (draft-07), pretty-printed, with a final newline.
[[nodiscard]] std::string json_schema();

// The same of another kind of document that is read by tables.
[[nodiscard]] std::string json_schema(const Table& document, std::string_view kind);

// A commented spec to start from, valid as it is. `name` becomes metadata.name.
[[nodiscard]] std::string starter(std::string_view name);

}  // namespace egressctl::spec
