// Reads the small YAML files that people write for lint itself. Unlike manifests they are ours, so
// that whatever is not known in them is an error.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"
#include "lib/yaml/load.h"

namespace egressctl::lint {

// A text and where it stands.
struct Located {
  std::string text;
  SourceRange range;
};

// The one document of a file: nullptr for an empty file, std::nullopt for one that can't be read or
// has several. Everything wrong is reported, as kBadConfiguration where the YAML itself is right.
[[nodiscard]] std::optional<const yaml::Node*> only_document(
    const Source& source, const std::vector<yaml::Document>& documents, Diagnostics& out);

// The mapping at `node`, whose keys are known. Reports one that is none, and unknown keys.
class StrictFields {
 public:
  // `path` is the mapping's own, for messages ("mesh"); empty for the document.
  StrictFields(const yaml::Node& node, std::string_view path,
               std::span<const std::string_view> keys, Diagnostics& out);

  // The value at the key; nullptr when there is none.
  [[nodiscard]] const yaml::Node* node(std::string_view key) const;

  // Scalars; what is of another type is reported and counts as absent.
  [[nodiscard]] std::optional<Located> text(std::string_view key) const;
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view key) const;
  [[nodiscard]] std::vector<Located> texts(std::string_view key) const;

  // "mesh.rootNamespace"
  [[nodiscard]] std::string path(std::string_view key) const;

  void wrong(const yaml::Node& value, std::string_view key, std::string_view expected) const;

 private:
  const yaml::Node& node_;
  std::string path_;
  Diagnostics& out_;
};

}  // namespace egressctl::lint
