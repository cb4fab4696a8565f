// Notices when files are replaced, by whatever way: written over, renamed over, or because a link
// on the way to them leads elsewhere, as Kubernetes renews mounted secrets (its "..data" link).
//
// Source: inotify(7); Kubernetes' pkg/volume/util/atomic_writer.go.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/forward/io/unique_fd.h"

namespace egressctl::forward {

// Of one thread.
class FileWatch {
 public:
  // Fails with ErrorCode::Io when the system has no watches left.
  [[nodiscard]] static Result<std::unique_ptr<FileWatch>> make();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  // Looks after these from now on, and not after those before. Files that are not there yet are
  // waited for, as far as their folder is.
  void watch(std::vector<std::string> paths);

  // Readable (poll(2)) when something may have changed.
  [[nodiscard]] int descriptor() const { return inotify_.get(); }

  // Takes what has been noticed; whether it concerns one of the files. Does not wait.
  [[nodiscard]] bool take_changes();

 private:
  explicit FileWatch(UniqueFd inotify) : inotify_(std::move(inotify)) {}
  void add(const std::string& path);
  void look_again();

  UniqueFd inotify_;
  std::vector<std::string> paths_;
  std::map<int, std::set<std::string>> names_;  // by folder's watch: entries on the way to a file
};

}  // namespace egressctl::forward
