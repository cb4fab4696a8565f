// The files of lib/envoy/messages as the program carries them.
#pragma once

#include <span>

#include "lib/base/embedded_file.h"

namespace egressctl::envoy {

// All of them, sorted by name. Defined by the build, see cmake/embed.cmake.
[[nodiscard]] std::span<const EmbeddedFile> embedded_messages();

}  // namespace egressctl::envoy
