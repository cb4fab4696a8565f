#include "lib/testing/files.h"

#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

namespace egressctl::testing {

std::filesystem::path testdata() {
  return std::filesystem::path(EGRESSCTL_SOURCE_DIR) / "testdata";
}

std::filesystem::path shared() {
  return (std::filesystem::path(EGRESSCTL_SOURCE_DIR) / "../shared").lexically_normal();
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  CAPTURE(path.string());
  REQUIRE(in.is_open());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  CAPTURE(path.string());
  REQUIRE(out.flush().good());
  return path.string();
}

}  // namespace egressctl::testing
