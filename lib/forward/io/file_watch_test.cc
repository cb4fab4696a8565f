#include "lib/forward/io/file_watch.h"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <poll.h>

#include "lib/testing/files.h"
#include "lib/testing/temporary_folder.h"

namespace egressctl::forward {
namespace {

namespace fs = std::filesystem;
using egressctl::testing::TemporaryFolder;
using egressctl::testing::write_file;

// inotify tells before the call that changes something returns: nothing is waited for.
bool changed(FileWatch& watch) {
  return watch.take_changes();
}

}  // namespace

TEST_CASE("file watch: files that are written, replaced, deleted, made") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "tls.crt";
  write_file(file, "old");
  const auto watch = *FileWatch::make();
  watch->watch({file});
  CHECK_FALSE(changed(*watch));
  write_file(file, "new");
  CHECK(changed(*watch));
  CHECK_FALSE(changed(*watch));
  write_file(folder.path() / "other", "");
  CHECK_FALSE(changed(*watch));
  write_file(folder.path() / "fresh", "newer");
  fs::rename(folder.path() / "fresh", file);
  CHECK(changed(*watch));
  fs::remove(file);
  CHECK(changed(*watch));
  write_file(file, "again");
  CHECK(changed(*watch));
}

TEST_CASE("file watch: a descriptor tells that there is something to take") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "tls.crt";
  const auto watch = *FileWatch::make();
  watch->watch({file});
  pollfd wanted{watch->descriptor(), POLLIN, 0};
  CHECK_EQ(::poll(&wanted, 1, 0), 0);
  write_file(file, "made");
  CHECK_EQ(::poll(&wanted, 1, 0), 1);
}

TEST_CASE("file watch: Kubernetes swaps a link on the way") {
  const TemporaryFolder folder;
  const fs::path& mount = folder.path();
  const auto publish = [&](const std::string& version) {
    fs::create_directory(mount / version);
    write_file(mount / version / "tls.crt", version);
    fs::create_directory_symlink(version, mount / "..data_tmp");
    fs::rename(mount / "..data_tmp", mount / "..data");
  };
  publish("..1");
  fs::create_symlink("..data/tls.crt", mount / "tls.crt");
  const auto watch = *FileWatch::make();
  watch->watch({mount / "tls.crt"});
  for (const char* version : {"..2", "..3"}) {
    publish(version);
    CHECK(changed(*watch));
  }
  fs::remove_all(mount / "..1");
  CHECK_FALSE(changed(*watch));
  // Where the link leads now.
  write_file(mount / "..3" / "tls.crt", "written over");
  CHECK(changed(*watch));
}

TEST_CASE("file watch: links to another folder, and links in a circle") {
  const TemporaryFolder here;
  const TemporaryFolder there;
  write_file(there.path() / "tls.crt", "old");
  fs::create_symlink(there.path() / "tls.crt", here.path() / "tls.crt");
  fs::create_symlink("circle", here.path() / "circle");
  const auto watch = *FileWatch::make();
  watch->watch({here.path() / "tls.crt", here.path() / "circle", here.path() / "none" / "file"});
  write_file(there.path() / "tls.crt", "new");
  CHECK(changed(*watch));
}

TEST_CASE("file watch: what it watched before counts no more") {
  const TemporaryFolder folder;
  const auto watch = *FileWatch::make();
  watch->watch({folder.path() / "a"});
  watch->watch({folder.path() / "b"});
  write_file(folder.path() / "a", "");
  CHECK_FALSE(changed(*watch));
  write_file(folder.path() / "b", "");
  CHECK(changed(*watch));
}

}  // namespace egressctl::forward
