// Patterns of paths, as a .gitignore has them.
//
// Source: git-scm.com/docs/gitignore, "PATTERN FORMAT"; of it `*`, `?`, `**`, `!`, a leading and a
// trailing slash, and the backslash.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace egressctl {

// One pattern. `*` and `?` stay within one name, `**` crosses folders. A pattern without a slash
// (but for one at its end) is for names at any depth, another one for paths from the base on; a
// slash at the end makes it one of folders only. Immutable; safe to use from several threads.
class PathPattern {
 public:
  explicit PathPattern(std::string_view text);

  // Whether it stands for this very path, relative to the base, without `./`.
  [[nodiscard]] bool matches(std::string_view path, bool folder = false) const;

  // Whether it stands for the path of a file or for a folder on the way to it.
  [[nodiscard]] bool covers(std::string_view path) const;

  [[nodiscard]] bool negated() const { return negated_; }  // it began with `!`

 private:
  std::shared_ptr<const re2::RE2> expression_;
  bool negated_ = false;
  bool folders_only_ = false;
};

// A list of patterns. The last one that matches a path counts; one with `!` takes it back in.
class PathPatterns {
 public:
  void add(std::string_view text) { patterns_.emplace_back(text); }
  [[nodiscard]] bool empty() const { return patterns_.empty(); }

  // Whether the path itself is left out; whoever walks folders asks for each on the way, since
  // nothing below a folder that is left out can be taken back in.
  [[nodiscard]] bool exclude(std::string_view path, bool folder) const;

 private:
  std::vector<PathPattern> patterns_;
};

// Whether a person meant `text` as a pattern: it has `*` or `?`.
[[nodiscard]] bool is_path_pattern(std::string_view text);

}  // namespace egressctl
