#include "lib/base/diagnostic.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace egressctl {
namespace {

// A text that quotes a value of megabytes is of no use to anyone.
constexpr std::size_t kLongestText = 2'000;  // bytes
constexpr std::size_t kKept = 600;           // of its start, and of its end

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// Leaves out the middle of a text that is too long, between two characters of UTF-8.
void shorten(std::string& text) {
  if (text.size() <= kLongestText) return;
  std::size_t begin = kKept;
  std::size_t end = text.size() - kKept;
  while (begin > 0 && continues_character(text[begin])) --begin;
  while (end < text.size() && continues_character(text[end])) ++end;
  text.replace(begin, end - begin, "[...]");
}

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::Info: return "info";
    case Severity::Warning: return "warning";
    case Severity::Error: return "error";
  }
  return "error";
}

Diagnostics::Builder Diagnostics::add(Diagnostic diagnostic) {
  shorten(diagnostic.message);
  shorten(diagnostic.help);
  for (RelatedRange& related : diagnostic.related) shorten(related.message);
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
