#include "lib/base/path_pattern.h"

#include <algorithm>
#include <string>

#include <re2/re2.h>

namespace egressctl {
namespace {

// The pattern's names and wildcards as a regular expression.
std::string expression_of(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool name_starts = i == 0 || text[i - 1] == '/';
    if (name_starts && text.substr(i) == "**") {
      out += ".+";
      break;
    }
    if (name_starts && text.substr(i).starts_with("**/")) {
      out += "(?:.*/)?";
      i += 2;
    } else if (text[i] == '*') {
      out += "[^/]*";
      while (i + 1 < text.size() && text[i + 1] == '*') ++i;
    } else if (text[i] == '?') {
      out += "[^/]";
    } else {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      out += re2::RE2::QuoteMeta({text.data() + i, 1});
    }
  }
  return out;
}

// Paths may hold any bytes.
re2::RE2::Options options() {
  re2::RE2::Options out(re2::RE2::Quiet);
  out.set_encoding(re2::RE2::Options::EncodingLatin1);
  out.set_dot_nl(true);
  return out;
}

}  // namespace

PathPattern::PathPattern(std::string_view text) {
  negated_ = text.starts_with('!');
  if (negated_) text.remove_prefix(1);
  folders_only_ = text.size() > 1 && text.ends_with('/');
  if (folders_only_) text.remove_suffix(1);
  const bool anchored = text.find('/') != std::string_view::npos;
  if (text.starts_with('/')) text.remove_prefix(1);
  expression_ = std::make_shared<const re2::RE2>((anchored ? "" : "(?:.*/)?") + expression_of(text),
                                                 options());
}

bool PathPattern::matches(std::string_view path, bool folder) const {
  if (folders_only_ && !folder) return false;
  return re2::RE2::FullMatch({path.data(), path.size()}, *expression_);
}

bool PathPattern::covers(std::string_view path) const {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1))
    if (matches(path.substr(0, slash), true)) return true;
  return matches(path);
}

bool PathPatterns::exclude(std::string_view path, bool folder) const {
  const auto last =
      std::find_if(patterns_.rbegin(), patterns_.rend(),
                   [&](const PathPattern& pattern) { return pattern.matches(path, folder); });
  return last != patterns_.rend() && !last->negated();
}

bool is_path_pattern(std::string_view text) {
  return text.find_first_of("*?") != std::string_view::npos;
}

}  // namespace egressctl
