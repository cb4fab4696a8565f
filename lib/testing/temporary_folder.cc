#include "lib/testing/temporary_folder.h"

#include <string>
#include <system_error>

#include <doctest/doctest.h>
#include <stdlib.h>

namespace egressctl::testing {

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "egressctl-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

}  // namespace egressctl::testing
