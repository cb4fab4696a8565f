#include "lib/lint/rules/all.h"

namespace egressctl::lint::rules {

std::vector<const Rule*> all() {
  std::vector<const Rule*> out;
  for (const List family : {reading(), structure(), validation(), references(), routing(), tls(),
                            security(), envoy_filters(), versions(), hygiene(), gateway_api()})
    out.insert(out.end(), family.begin(), family.end());
  return out;
}

}  // namespace egressctl::lint::rules
