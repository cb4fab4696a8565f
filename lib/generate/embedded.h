// The files of templates/ as the program carries them.
#pragma once

#include <span>
#include <string_view>

namespace egressctl::generate {

// A file's name without its folder, and its text. Lives as long as the program.
struct EmbeddedFile {
  std::string_view name;
  std::string_view text;
};

// All templates, sorted by name. Defined by the build, see cmake/embed.cmake.
[[nodiscard]] std::span<const EmbeddedFile> embedded_templates();

}  // namespace egressctl::generate
