// Names a place in a resource the way people write it: "spec.servers[0].tls.mode".
#pragma once

#include <string>
#include <string_view>

#include "lib/base/source.h"
#include "lib/yaml/node.h"

namespace egressctl::resource {

// `parent` continued by a key: "a.b", or "a[x.y/z]" for a key that is no plain word, as annotations
// have them. After an empty parent or one that ends in a blank there is no dot.
[[nodiscard]] std::string join_path(std::string_view parent, std::string_view key);

// The path from `root` to the innermost field whose key or value covers `range`; empty when
// that is the root itself or `range` is not inside it.
[[nodiscard]] std::string field_path(const yaml::Node& root, SourceRange range);

}  // namespace egressctl::resource
