// What a rule's mistake looks like in YAML, and how it looks when it is mended.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "lib/base/embedded_file.h"

namespace egressctl::lint {

// Excerpts: of a resource only what matters is there.
struct Example {
  std::string_view bad;
  std::string_view good;
};

// The example of a rule by its id; std::nullopt where a mistake can't be shown so (a file that is
// not UTF-8).
[[nodiscard]] std::optional<Example> example_of(std::string_view id);

// lib/lint/examples/*.txt: a line with the id, the wrong YAML, a line ">", the right YAML.
[[nodiscard]] std::span<const EmbeddedFile> example_files();

}  // namespace egressctl::lint
