#include "lib/yaml/compare.h"

#include <algorithm>
#include <cstddef>

namespace egressctl::yaml {

bool same_tree(const Node& a, const Node& b) {
  if (a.kind != b.kind || a.scalar != b.scalar || a.items.size() != b.items.size() ||
      a.entries.size() != b.entries.size())
    return false;
  for (std::size_t i = 0; i < a.items.size(); ++i)
    if (!same_tree(a.items[i], b.items[i])) return false;
  return std::all_of(a.entries.begin(), a.entries.end(), [&](const Entry& entry) {
    const Node* other = b.find(entry.key.scalar);
    return other != nullptr && same_tree(entry.value, *other);
  });
}

}  // namespace egressctl::yaml
