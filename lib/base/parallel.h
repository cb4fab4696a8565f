// Spreads independent pieces of work over the processor's cores.
#pragma once

#include <cstddef>
#include <functional>

namespace egressctl {

// Calls `work(0)` to `work(count - 1)`, each once, from up to `threads` threads at a time (the
// caller's own among them; 0: as many as there are cores), and returns when all are done. In which
// order and from which thread is open; `work` must not throw. One thread makes the calls in order.
void parallel_for(std::size_t count, std::size_t threads,
                  const std::function<void(std::size_t)>& work);

}  // namespace egressctl
