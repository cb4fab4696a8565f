#include "lib/testing/golden.h"

#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <stdlib.h>

#include "lib/testing/files.h"
#include "lib/testing/temporary_folder.h"

namespace egressctl::testing {
namespace {

// Sets the variable that accepts goldens for as long as it lives.
class Updating {
 public:
  explicit Updating(const char* value) {
    const char* now = std::getenv("EGRESSCTL_UPDATE_GOLDEN");
    before_ = now != nullptr ? now : "";
    setenv("EGRESSCTL_UPDATE_GOLDEN", value, 1);
  }
  ~Updating() { setenv("EGRESSCTL_UPDATE_GOLDEN", before_.c_str(), 1); }
  Updating(const Updating&) = delete;
  Updating& operator=(const Updating&) = delete;

 private:
  std::string before_;
};

TEST_CASE("golden: an update writes the file and its folders, a check then passes") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "a" / "b.out";
  {
    const Updating on("1");
    check_golden(path, "one\ntwo\n");
  }
  CHECK(read_file(path) == "one\ntwo\n");
  const Updating off("0");
  check_golden(path, "one\ntwo\n");
}

TEST_CASE("golden: a text that differs fails the check" * doctest::should_fail()) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "b.out";
  std::ofstream(path) << "one\n";
  const Updating off("0");
  check_golden(path, "two\n");
}

TEST_CASE("golden: a file that is not there fails the check, even for an empty text" *
          doctest::should_fail()) {
  const TemporaryFolder folder;
  const Updating off("0");
  check_golden(folder.path() / "none.out", "");
}

}  // namespace
}  // namespace egressctl::testing
