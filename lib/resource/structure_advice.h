// What a person may have meant by a field that is not there.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lib/resource/schema/schema.h"
#include "lib/yaml/node.h"

namespace egressctl::resource {

struct FieldAdvice {
  std::string help;    // `did you mean "sniHosts"?`; empty when nothing is near
  std::string meant;   // a field of the mapping that is near; else empty
  std::string rename;  // the name that was meant, when there is no doubt; else empty
};

// Advice on the key `name` of `mapping`, which stands at `path` and has the schema `object`; `root`
// is the whole resource's.
[[nodiscard]] FieldAdvice advise_on_field(const Schema& root, const Schema& object,
                                          const yaml::Node& mapping, std::string_view path,
                                          std::string_view name);

// The word that was meant when there is no doubt: equal but for case, `-` and `_`, or nearer than
// any other; else empty.
[[nodiscard]] std::string_view plainly_meant(std::string_view word,
                                             std::span<const std::string_view> candidates);

}  // namespace egressctl::resource
