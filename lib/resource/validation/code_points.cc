#include <algorithm>

#include "lib/resource/validation/regex_syntax.h"

namespace egressctl::resource::validation {

CodePoints::CodePoints(std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> ranges) {
  for (const auto& [first, last] : ranges) add(first, last);
}

void CodePoints::add(std::uint32_t first, std::uint32_t last) {
  if (first > last) return;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> merged;
  for (const auto& range : ranges_) {
    // Neighbours become one.
    if (range.second + 1 < first || last + 1 < range.first) {
      merged.push_back(range);
    } else {
      first = std::min(first, range.first);
      last = std::max(last, range.second);
    }
  }
  merged.emplace_back(first, last);
  std::sort(merged.begin(), merged.end());
  ranges_ = std::move(merged);
}

void CodePoints::add(const CodePoints& other) {
  for (const auto& [first, last] : other.ranges_) add(first, last);
}

void CodePoints::fold_case() {
  constexpr std::uint32_t kShift = 'a' - 'A';
  const CodePoints upper = common({{'A', 'Z'}});
  const CodePoints lower = common({{'a', 'z'}});
  for (const auto& [first, last] : upper.ranges_) add(first + kShift, last + kShift);
  for (const auto& [first, last] : lower.ranges_) add(first - kShift, last - kShift);
}

CodePoints CodePoints::inverse() const {
  CodePoints out;
  std::uint32_t next = 0;
  for (const auto& [first, last] : ranges_) {
    if (first > next) out.ranges_.emplace_back(next, first - 1);
    next = last + 1;
  }
  if (next <= kLast) out.ranges_.emplace_back(next, kLast);
  return out;
}

CodePoints CodePoints::common(const CodePoints& other) const {
  CodePoints out;
  auto a = ranges_.begin();
  auto b = other.ranges_.begin();
  while (a != ranges_.end() && b != other.ranges_.end()) {
    const std::uint32_t first = std::max(a->first, b->first);
    const std::uint32_t last = std::min(a->second, b->second);
    if (first <= last) out.ranges_.emplace_back(first, last);
    a->second < b->second ? ++a : ++b;
  }
  return out;
}

bool CodePoints::meets(const CodePoints& other) const {
  return !common(other).empty();
}

}  // namespace egressctl::resource::validation
