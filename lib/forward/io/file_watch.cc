#include "lib/forward/io/file_watch.h"

#include <sys/inotify.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace egressctl::forward {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kEvents = IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE |
                                  IN_MOVED_FROM | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
// Links that lead in a circle end somewhere; path_resolution(7) has the same limit.
constexpr int kMostLinks = 40;

}  // namespace

Result<std::unique_ptr<FileWatch>> FileWatch::make() {
  UniqueFd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify.valid())
    return fail(ErrorCode::Io, fmt::format("can't watch files: {}", std::strerror(errno)));
  return std::unique_ptr<FileWatch>(new FileWatch(std::move(inotify)));
}

void FileWatch::watch(std::vector<std::string> paths) {
  paths_ = std::move(paths);
  look_again();
}

void FileWatch::look_again() {
  std::map<int, std::set<std::string>> before = std::exchange(names_, {});
  for (const std::string& path : paths_) add(path);
  for (const auto& [watch, names] : before)
    if (names_.count(watch) == 0) ::inotify_rm_watch(inotify_.get(), watch);
}

// Watches every folder that has an entry on the way: of the path, and of the links in it.
void FileWatch::add(const std::string& path) {
  std::error_code error;
  fs::path rest = fs::absolute(path, error);
  fs::path done = rest.root_path();
  rest = rest.relative_path();
  int links = 0;
  while (!rest.empty()) {
    const fs::path entry = *rest.begin();
    const fs::path behind = rest.lexically_relative(entry);
    rest = behind == "." ? fs::path() : behind;
    if (entry.empty() || entry == ".") continue;
    if (entry == "..") {
      done = done.parent_path();
      continue;
    }
    const fs::path here = done / entry;
    const bool link = fs::is_symlink(here, error);
    // A plain folder's replacement is not looked for: all of the system would be watched.
    if (link || rest.empty()) {
      const int watch = ::inotify_add_watch(inotify_.get(), done.c_str(), kEvents);
      if (watch >= 0) names_[watch].insert(entry.string());
    }
    if (!link) {
      done = here;
      continue;
    }
    if (++links > kMostLinks) return;
    const fs::path target = fs::read_symlink(here, error);
    if (error) return;
    if (target.is_absolute()) done = target.root_path();
    rest = rest.empty() ? target.relative_path() : target.relative_path() / rest;
  }
}

bool FileWatch::take_changes() {
  bool changed = false;
  alignas(inotify_event) std::array<char, 8192> buffer;
  while (true) {
    const ssize_t got = ::read(inotify_.get(), buffer.data(), buffer.size());
    if (got <= 0) break;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      const auto& event = *reinterpret_cast<const inotify_event*>(buffer.data() + at);
      at += sizeof(inotify_event) + event.len;
      const auto watched = names_.find(event.wd);
      const bool lost = (event.mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF)) != 0;
      changed = changed || lost ||
                (watched != names_.end() && event.len > 0 && watched->second.count(event.name) > 0);
    }
  }
  // Links may lead to other folders now.
  if (changed) look_again();
  return changed;
}

}  // namespace egressctl::forward
