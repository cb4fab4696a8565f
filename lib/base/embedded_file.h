// A file that the build puts into the program.
#pragma once

#include <string_view>

namespace egressctl {

// A file's name without its folder, and its text. Lives as long as the program.
struct EmbeddedFile {
  std::string_view name;
  std::string_view text;
};

}  // namespace egressctl
