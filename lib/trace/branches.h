// The alternatives of a walk: clusters and pods that share the connections.
#pragma once

#include <cstddef>
#include <vector>

namespace egressctl::trace {

// Leads walk after walk through all alternatives: the first takes the first of each.
class Branches {
 public:
  // Which of `count` alternatives the walk takes at its next decision.
  [[nodiscard]] std::size_t pick(std::size_t count);

  // On to the next walk; false when there is none.
  bool next();

 private:
  struct Decision {
    std::size_t taken = 0;
    std::size_t count = 0;
  };

  std::vector<Decision> decisions_;  // of the walk
  std::size_t at_ = 0;
};

}  // namespace egressctl::trace
