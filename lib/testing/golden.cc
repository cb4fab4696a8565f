#include "lib/testing/golden.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/base/unified_diff.h"
#include "lib/testing/files.h"

namespace egressctl::testing {
namespace {

namespace fs = std::filesystem;

bool updating() {
  const char* value = std::getenv("EGRESSCTL_UPDATE_GOLDEN");
  return value != nullptr && std::string_view(value) == "1";
}

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

void check_golden(const fs::path& path, std::string_view actual) {
  const fs::path file = testdata() / path;
  if (updating()) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << actual;
  }
  const bool present = fs::is_regular_file(file);
  const std::string expected = present ? read(file) : std::string();
  const bool same = present && expected == actual;
  if (same) {
    CHECK(same);
    return;
  }
  const std::string name = path.string();
  FAIL_CHECK(fmt::format("{} {}\n{}to accept: run this test with EGRESSCTL_UPDATE_GOLDEN=1",
                         file.string(), present ? "differs" : "is not there",
                         unified_diff(name, name + " (actual)", expected, actual)));
}

}  // namespace egressctl::testing
