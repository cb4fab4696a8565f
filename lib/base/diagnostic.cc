#include "lib/base/diagnostic.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace egressctl {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::Info: return "info";
    case Severity::Warning: return "warning";
    case Severity::Error: return "error";
  }
  return "error";
}

Diagnostics::Builder Diagnostics::add(Diagnostic diagnostic) {
  list_.push_back(std::move(diagnostic));
  return Builder(list_.back());
}

void Diagnostics::append(Diagnostics&& other) {
  if (list_.empty()) {
    list_ = std::move(other.list_);
  } else {
    list_.insert(list_.end(), std::make_move_iterator(other.list_.begin()),
                 std::make_move_iterator(other.list_.end()));
  }
  other.list_.clear();
}

void Diagnostics::sort() {
  const auto key = [](const Diagnostic& d) {
    return std::tie(path_of(d), d.range.begin, d.rule.id);
  };
  std::stable_sort(list_.begin(), list_.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
}

bool Diagnostics::any(Severity severity) const {
  return std::any_of(list_.begin(), list_.end(),
                     [&](const Diagnostic& d) { return d.severity >= severity; });
}

std::size_t Diagnostics::count(Severity severity) const {
  return static_cast<std::size_t>(std::count_if(
      list_.begin(), list_.end(), [&](const Diagnostic& d) { return d.severity == severity; }));
}

const std::string& path_of(const Diagnostic& diagnostic) {
  return diagnostic.range.known() ? diagnostic.range.source->path() : diagnostic.path;
}

}  // namespace egressctl
