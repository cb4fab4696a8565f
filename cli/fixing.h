// Mends what findings carry fixes for: `--fix` and `--diff`.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "lib/base/result.h"
#include "lib/lint/workspace.h"

namespace egressctl::cli {

// A set and what was found in it.
struct CheckedSet {
  std::unique_ptr<const lint::Workspace> workspace;  // the findings point into it
  Diagnostics findings;
};

using Check = std::function<CheckedSet(std::vector<std::unique_ptr<const Source>>)>;

struct FixedFile {
  std::string path;
  std::string before;
  std::string after;
};

struct FixedSet {
  CheckedSet checked;            // as it is when all is mended
  std::vector<FixedFile> files;  // those that change
  std::size_t findings = 0;      // that are gone because of their own fixes
};

// Applies fixes and checks again until there is none left, ten times at most: fixes that touch one
// another go in turn. `unsafe`: those too that may change where traffic goes. Writes nothing.
[[nodiscard]] FixedSet fix_all(CheckedSet checked, bool unsafe, const Check& check);

// Writes the files. The one that is called `stdin_name` goes to standard output.
[[nodiscard]] Result<void> write_fixed(Context& context, const FixedSet& fixed,
                                       const std::string& stdin_name);

// The difference that writing them would make, as `diff -u` shows it.
[[nodiscard]] std::string diff_of(const FixedSet& fixed);

}  // namespace egressctl::cli
