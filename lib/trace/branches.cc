#include "lib/trace/branches.h"

namespace egressctl::trace {

std::size_t Branches::pick(std::size_t count) {
  if (count < 2) return 0;
  if (at_ == decisions_.size()) decisions_.push_back({0, count});
  return decisions_[at_++].taken;
}

bool Branches::next() {
  at_ = 0;
  while (!decisions_.empty() && decisions_.back().taken + 1 == decisions_.back().count)
    decisions_.pop_back();
  if (decisions_.empty()) return false;
  ++decisions_.back().taken;
  return true;
}

}  // namespace egressctl::trace
