// Additions to the text of a YAML file of more than a scalar: an item of a list, a whole document.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"
#include "lib/yaml/node.h"

namespace egressctl::yaml {

// Adds a document behind the last one of a file. `document` is block YAML whose lines, the last one
// too, end in "\n". std::nullopt for a file of JSON.
[[nodiscard]] std::optional<Edit> append_document(const Source& source, std::string_view document);

// The same as a fix, which is unsafe: it gives the cluster one more object.
[[nodiscard]] std::optional<Fix> document_fix(const Source& source, std::string_view document,
                                              std::string title);

// Adds an item, which is one line of flow style, before the first one of a list. std::nullopt where
// the list is empty, behind aliases, and where an item does not start on its dash's line.
[[nodiscard]] std::optional<Edit> prepend_item(const Node& sequence, std::string_view item);

}  // namespace egressctl::yaml
