// Whether something holds, where it may depend on what is only known while it runs.
#pragma once

#include <algorithm>

namespace egressctl::trace {

enum class Truth { No, Maybe, Yes };

[[nodiscard]] constexpr Truth truth(bool holds) {
  return holds ? Truth::Yes : Truth::No;
}

[[nodiscard]] constexpr Truth negation(Truth of) {
  return static_cast<Truth>(2 - static_cast<int>(of));
}

[[nodiscard]] constexpr Truth both(Truth a, Truth b) {
  return std::min(a, b);
}

[[nodiscard]] constexpr Truth either(Truth a, Truth b) {
  return std::max(a, b);
}

}  // namespace egressctl::trace
