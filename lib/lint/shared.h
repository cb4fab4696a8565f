// What several rules need to know, worked out by the first that asks.
#pragma once

#include <memory>
#include <mutex>
#include <typeindex>
#include <unordered_map>

namespace egressctl::lint {

// Keeps one immutable object of each type. Safe to use from several threads; who asks for what
// another one is making waits for it.
class Shared {
 public:
  // The object of the type T; `make` returns a std::unique_ptr<const T>, is called for the first
  // one who asks, and may ask for objects of other types.
  template <typename T, typename Make>
  const T& get(const Make& make) {
    Slot& slot = slot_of(typeid(T));
    std::call_once(slot.once, [&] { slot.object = std::shared_ptr<const T>(make()); });
    return *static_cast<const T*>(slot.object.get());
  }

 private:
  struct Slot {
    std::once_flag once;
    std::shared_ptr<const void> object;
  };

  Slot& slot_of(std::type_index type) {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Slot>& slot = slots_[type];
    if (slot == nullptr) slot = std::make_unique<Slot>();
    return *slot;
  }

  std::mutex mutex_;  // of the map, not of what is in it
  std::unordered_map<std::type_index, std::unique_ptr<Slot>> slots_;
};

}  // namespace egressctl::lint
