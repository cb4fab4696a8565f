// Brings a folder to what was generated, without running over what a person changed.
//
// Each generated file starts with a comment that carries the hash of all that follows it. A file
// whose hash is not right was edited by hand; one without the comment was never ours.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/generate/layout.h"

namespace egressctl::generate {

enum class FileState {
  Unchanged,  // there, and as generated
  Missing,    // not there yet
  Outdated,   // ours, and nobody touched it since; differs from what is generated now
  Edited,     // ours, but changed by hand
  Foreign,    // not ours
  Stale,      // ours, untouched, and no longer generated
};

// One file of the folder beside what it should be.
struct PlannedFile {
  std::string path;  // relative to the folder
  FileState state = FileState::Missing;
  std::string wanted;   // with its header; empty for a Stale file
  std::string present;  // empty for a Missing file
};

// `text` behind the header comment of a generated file. `path` picks the form of the comment.
[[nodiscard]] std::string with_header(std::string_view path, std::string_view text);

// Compares `files` with what `directory` holds, which need not exist. Stale files are looked for in
// the whole folder. Sorted by path. Fails with ErrorCode::Io when a file can't be read.
[[nodiscard]] Result<std::vector<PlannedFile>> compare(std::span<const OutputFile> files,
                                                       const std::filesystem::path& directory);

// Writes `text` to `given` by way of a temporary file beside it and a rename, so that no reader
// sees half of it; what is a link is followed, what is no file (a pipe, a device) is written to.
// Makes the folders on the way, keeps the mode. Fails with ErrorCode::Io.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& given, std::string_view text);

}  // namespace egressctl::generate
