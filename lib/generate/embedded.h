// The files of templates/ as the program carries them.
#pragma once

#include <span>

#include "lib/base/embedded_file.h"

namespace egressctl::generate {

// All templates, sorted by name. Defined by the build, see cmake/embed.cmake.
[[nodiscard]] std::span<const EmbeddedFile> embedded_templates();

}  // namespace egressctl::generate
