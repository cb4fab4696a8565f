#include "lib/generate/manifest.h"

#include <algorithm>
#include <tuple>

namespace egressctl::generate {

void sort_for_apply(std::vector<Manifest>& manifests) {
  const auto key = [](const Manifest& m) {
    return std::tie(m.order, m.name_space, m.kind, m.name);
  };
  std::stable_sort(manifests.begin(), manifests.end(),
                   [&](const Manifest& a, const Manifest& b) { return key(a) < key(b); });
}

}  // namespace egressctl::generate
