#include "lib/mesh/visibility.h"

#include <algorithm>
#include <string>

namespace egressctl::mesh {

Visibility::Visibility(const resource::Texts& export_to, const resource::Texts& defaults,
                       std::string_view own) {
  const resource::Texts& words = export_to->empty() ? defaults : export_to;
  if (words->empty()) return;
  everyone_ = false;
  for (const resource::Text& word : *words) {
    if (*word == "*") {
      everyone_ = true;
    } else if (*word == ".") {
      namespaces_.push_back(own);
    } else if (*word != "~") {
      namespaces_.emplace_back(*word);
    }
  }
}

bool Visibility::visible_in(std::string_view name_space) const {
  return everyone_ ||
         std::find(namespaces_.begin(), namespaces_.end(), name_space) != namespaces_.end();
}

bool Visibility::overlaps(const Visibility& other) const {
  if (everyone_) return other.everyone_ || !other.namespaces_.empty();
  return std::any_of(namespaces_.begin(), namespaces_.end(),
                     [&](std::string_view name) { return other.visible_in(name); });
}

}  // namespace egressctl::mesh
