// Reads the files that a person names.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/path_pattern.h"
#include "lib/base/result.h"
#include "lib/base/source.h"

namespace egressctl::cli {

// No file of YAML is larger; a path that never ends (/dev/zero) is told from one.
inline constexpr std::size_t kMaxInputBytes = std::size_t{1} << 30;

// How long a FIFO may wait for somebody who writes to it.
inline constexpr std::chrono::milliseconds kFifoWait{10'000};

inline constexpr const char* kStandardInput = "-";

// Reads one file whole; `-` is standard input, whose source is called `stdin_name`. Pipes, FIFOs
// and devices are read to their end.
//
// Fails with ErrorCode::NotFound when there is no such file, with ErrorCode::Io when it is a
// folder, larger than kMaxInputBytes, a FIFO that nobody opens for writing within `fifo_wait`, or
// can't be read. The message names the path.
[[nodiscard]] Result<std::unique_ptr<const Source>> read_input(
    const std::string& path, const std::string& stdin_name = "<stdin>",
    std::chrono::milliseconds fifo_wait = kFifoWait);

// Patterns of what is left out, relative to a folder (an absolute path).
struct Exclusion {
  std::filesystem::path base;
  PathPatterns patterns;
};

struct InputOptions {
  std::vector<Exclusion> exclusions;  // of what is found in folders; what is named is always read
  std::string stdin_name = "<stdin>";
};

struct Inputs {
  std::vector<std::unique_ptr<const Source>> sources;
  Diagnostics problems;  // lint::kUnreadableInput; the other files are read
};

// Reads what the paths name, each file once: files, `-`, patterns with `*`, `**` and `?` that no
// file is called like, and folders. Of a folder those files are read that end in .yaml, .yml or
// .json, in it and in those below, sorted by path; what is called .something is skipped, links to
// folders are not followed. What a kustomization.yaml among them names as a patch is part of
// another manifest, and left out unless it is named, too.
[[nodiscard]] Inputs read_inputs(const std::vector<std::string>& paths,
                                 const InputOptions& options = {});

// Says that there was no object in the paths: "no Kubernetes object in x.yaml". `files` were read.
[[nodiscard]] std::string no_object_in(const std::vector<std::string>& paths, std::size_t files);

}  // namespace egressctl::cli
