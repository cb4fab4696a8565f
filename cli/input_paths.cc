#include "cli/input_paths.h"

#include <algorithm>
#include <system_error>
#include <unordered_set>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/lint/run_rules.h"

namespace egressctl::cli {
namespace {

namespace fs = std::filesystem;

bool is_manifest(const fs::path& path) {
  const std::string extension = to_lower(path.extension().string());
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

bool is_hidden(const fs::path& path) {
  return path.filename().string().starts_with('.');
}

// A folder itself, not a link to one: following links could go round in a circle.
bool is_folder(const fs::directory_entry& entry) {
  std::error_code error;
  return entry.symlink_status(error).type() == fs::file_type::directory;
}

class Lister {
 public:
  Lister(const InputOptions& options, Diagnostics& problems)
      : options_(options), problems_(problems) {}

  std::vector<std::string> list(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      std::error_code error;
      if (path == kStandardInput || !is_path_pattern(path) || fs::exists(path, error))
        named(path);
      else
        expand(path);
    }
    return std::move(out_);
  }

 private:
  // A path that stands for itself.
  void named(const fs::path& path) {
    std::error_code error;
    if (path == kStandardInput || !fs::is_directory(path, error)) return add(path);
    std::vector<fs::path> files;
    walk(path, path, files);
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) add(file);
  }

  void add(const fs::path& path) {
    // "./a.yaml" is "a.yaml", but what a person typed is shown as it is.
    if (seen_.insert(path.lexically_normal().string()).second) out_.push_back(path.string());
  }

  // What is in a folder. `root` is the folder that was named.
  void walk(const fs::path& folder, const fs::path& root, std::vector<fs::path>& files) {
    for (const fs::directory_entry& entry : entries(folder)) {
      const fs::path path = folder == "." ? entry.path().filename() : entry.path();
      const bool below = is_folder(entry);
      if (is_hidden(path) || excluded(path, root, below)) continue;
      if (below) {
        walk(path, root, files);
        continue;
      }
      std::error_code error;
      const fs::file_type type = entry.status(error).type();
      if (type == fs::file_type::directory || !is_manifest(path)) continue;
      const bool readable = type == fs::file_type::regular || type == fs::file_type::not_found ||
                            type == fs::file_type::none;  // reading tells why it is not
      if (readable) {
        files.push_back(path);
      } else {
        problem(path, "it is no file but a FIFO, a socket or a device; name it to have it read")
            .severity(Severity::Warning);
      }
    }
  }

  std::vector<fs::directory_entry> entries(const fs::path& folder) {
    std::vector<fs::directory_entry> out;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error))
      out.push_back(*entry);
    if (error) problem(folder, error.message());
    return out;
  }

  [[nodiscard]] bool excluded(const fs::path& path, const fs::path& root, bool folder) const {
    return std::any_of(
        options_.exclusions.begin(), options_.exclusions.end(), [&](const Exclusion& exclusion) {
          return exclusion.patterns.exclude(relative(path, root, exclusion.base), folder);
        });
  }

  // To the base of the patterns; of what is not below that, to the folder that was named.
  static std::string relative(const fs::path& path, const fs::path& root, const fs::path& base) {
    std::error_code error;
    const fs::path whole = fs::absolute(path, error).lexically_normal();
    std::string to_base = whole.lexically_relative(base).string();
    if (!to_base.empty() && !to_base.starts_with("..")) return to_base;
    return path.lexically_relative(root).string();
  }

  // What a pattern stands for.
  void expand(const std::string& text) {
    const fs::path whole(text);
    fs::path base;
    fs::path rest;
    std::size_t depth = 0;
    for (const fs::path& part : whole) {
      if (rest.empty() && !is_path_pattern(part.string())) {
        base /= part;
      } else {
        rest /= part;
        ++depth;
      }
    }
    if (rest.string().find("**") != std::string::npos) depth = kAnyDepth;
    const PathPattern pattern("/" + rest.string());
    std::vector<fs::path> found;
    std::error_code error;
    if (fs::is_directory(base.empty() ? "." : base, error))
      match(base.empty() ? "." : base, {}, pattern, depth, found);
    if (found.empty()) problem(whole, "no file and no folder is called like that");
    std::sort(found.begin(), found.end());
    for (const fs::path& path : found) named(path);
  }

  void match(const fs::path& folder, const fs::path& below, const PathPattern& pattern,
             std::size_t depth, std::vector<fs::path>& found) {
    for (const fs::directory_entry& entry : entries(folder)) {
      if (is_hidden(entry.path())) continue;
      const fs::path path = folder == "." ? entry.path().filename() : entry.path();
      const fs::path name = below / entry.path().filename();
      if (pattern.matches(name.string(), is_folder(entry)))
        found.push_back(path);
      else if (depth > 1 && is_folder(entry))
        match(path, name, pattern, depth - 1, found);
    }
  }

  Diagnostics::Builder problem(const fs::path& path, const std::string& reason) {
    return problems_.report(lint::kUnreadableInput, {}, "can't read it: {}", reason)
        .path(path.string());
  }

  static constexpr std::size_t kAnyDepth = 1000;

  const InputOptions& options_;
  Diagnostics& problems_;
  std::vector<std::string> out_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

std::vector<std::string> list_inputs(const std::vector<std::string>& paths,
                                     const InputOptions& options, Diagnostics& problems) {
  return Lister(options, problems).list(paths);
}

}  // namespace egressctl::cli
