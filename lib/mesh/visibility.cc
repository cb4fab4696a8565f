#include "lib/mesh/visibility.h"

#include <algorithm>
#include <string>

namespace egressctl::mesh {

namespace {

std::vector<std::string_view> words_of(const resource::Texts& texts) {
  std::vector<std::string_view> out;
  for (const resource::Text& text : *texts) out.emplace_back(*text);
  return out;
}

}  // namespace

Visibility::Visibility(const resource::Texts& export_to, const resource::Texts& defaults,
                       std::string_view own) {
  take(words_of(export_to->empty() ? defaults : export_to), own);
}

Visibility::Visibility(const std::vector<std::string_view>& words, const resource::Texts& defaults,
                       std::string_view own) {
  take(words.empty() ? words_of(defaults) : words, own);
}

// Source: istio/istio pilot/pkg/model/push_context.go: "*" goes before "~", "~" before names.
void Visibility::take(const std::vector<std::string_view>& words, std::string_view own) {
  const auto has = [&](std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  everyone_ = words.empty() || has("*");
  if (everyone_ || has("~")) return;
  for (const std::string_view word : words) {
    const std::string_view name = word == "." ? own : word;
    if (std::find(namespaces_.begin(), namespaces_.end(), name) == namespaces_.end())
      namespaces_.push_back(name);
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
