#include "lib/resource/structure_advice.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/resource/field_path.h"

namespace egressctl::resource {
namespace {

// Bounds of the search through a schema, which may contain itself.
constexpr std::size_t kMaxDepth = 10;
constexpr std::size_t kMaxPlaces = 64;

// The steps of a path: "spec", "servers", "[0]". A pattern has "[]" for any item.
std::vector<std::string_view> steps_of(std::string_view path) {
  std::vector<std::string_view> steps;
  while (!path.empty()) {
    if (path.front() == '.') path.remove_prefix(1);
    const std::size_t end = path.find_first_of(".[", path.empty() || path[0] != '[' ? 0 : 1);
    steps.push_back(path.substr(0, end));
    path.remove_prefix(steps.back().size());
  }
  return steps;
}

// Collects the patterns of objects that have a field of one name.
class PlaceSearch {
 public:
  explicit PlaceSearch(std::string_view name) : name_(name) {}

  void search(const Schema& schema, const std::string& pattern) {
    if (above_.size() >= kMaxDepth || places_.size() >= kMaxPlaces) return;
    if (std::find(above_.begin(), above_.end(), &schema) != above_.end()) return;
    above_.push_back(&schema);
    if (schema.find(name_) != nullptr) places_.push_back(pattern);
    // Metadata has fields of its own to offer, those of its parts are of no help.
    const bool metadata = pattern.ends_with("metadata");
    for (const Property& property : schema.properties)
      if (!metadata) search(*property.schema, join_path(pattern, property.name));
    if (schema.type == Type::List && schema.items != nullptr) search(*schema.items, pattern + "[]");
    above_.pop_back();
  }

  [[nodiscard]] const std::vector<std::string>& places() const { return places_; }

 private:
  std::string_view name_;
  std::vector<const Schema*> above_;
  std::vector<std::string> places_;
};

struct Rank {
  std::size_t down = 0;  // steps from the last common object to the place
  std::size_t up = 0;    // steps from the last common object to the mapping

  bool operator==(const Rank&) const = default;
  [[nodiscard]] bool nearer_than(const Rank& other) const {
    return up + down != other.up + other.down ? up + down < other.up + other.down : up < other.up;
  }
};

Rank rank(const std::vector<std::string_view>& from, const std::vector<std::string_view>& to) {
  std::size_t common = 0;
  const auto same = [](std::string_view a, std::string_view b) {
    return a == b || (a.starts_with('[') && b == "[]");
  };
  while (common < from.size() && common < to.size() && same(from[common], to[common])) ++common;
  return {to.size() - common, from.size() - common};
}

// The place with the indexes of `from` where the two agree: "spec.servers[0].tls".
std::string with_indexes(const std::vector<std::string_view>& from,
                         const std::vector<std::string_view>& to) {
  std::string out;
  bool common = true;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const bool index = to[i] == "[]";
    common = common && i < from.size() && (from[i] == to[i] || (index && from[i][0] == '['));
    if (index)
      out += common ? from[i] : to[i];
    else
      out = join_path(out, to[i]);
  }
  return out;
}

// Where in the kind a field of that name is, nearest to `path`; empty when that is far away or
// there are several such places.
std::string other_place(const Schema& root, std::string_view path, std::string_view name) {
  constexpr std::size_t kFar = 4;
  PlaceSearch search(name);
  search.search(root, {});
  const std::vector<std::string_view> from = steps_of(path);
  Rank best{kFar, kFar};
  std::string place;
  for (const std::string& candidate : search.places()) {
    const std::vector<std::string_view> to = steps_of(candidate);
    const Rank found = rank(from, to);
    if (found.up + found.down > kFar) continue;
    if (found == best) place.clear();
    if (!found.nearer_than(best)) continue;
    best = found;
    place = to.empty() ? "the top of the resource" : fmt::format("\"{}\"", with_indexes(from, to));
  }
  return place;
}

}  // namespace

std::string_view plainly_meant(std::string_view word,
                               std::span<const std::string_view> candidates) {
  const auto best = nearest(word, candidates);
  if (!best) return {};
  std::vector<std::string_view> others;
  for (const std::string_view candidate : candidates)
    if (candidate != *best) others.push_back(candidate);
  const auto second = nearest(word, others);
  constexpr std::size_t kLimit = 3;
  const bool nearer =
      !second || edit_distance(word, *best, kLimit) < edit_distance(word, *second, kLimit);
  return nearer ? *best : std::string_view();
}

FieldAdvice advise_on_field(const Schema& root, const Schema& object, const yaml::Node& mapping,
                            std::string_view path, std::string_view name) {
  std::vector<std::string_view> candidates;
  for (const Property& property : object.properties)
    if (mapping.find_entry(property.name) == nullptr) candidates.push_back(property.name);
  const auto meant = nearest(name, candidates);
  const bool near =
      meant && (edit_distance(name, *meant, 1) <= 1 || fold_word(name) == fold_word(*meant));
  constexpr std::string_view kMatchLabels = "matchLabels";
  if (!near && object.find(kMatchLabels) != nullptr)
    return {
        fmt::format("\"{}\" belongs under \"{}\"", name, join_path(path, kMatchLabels)), {}, {}};
  if (!near) {
    const std::string place = other_place(root, path, name);
    if (!place.empty()) return {fmt::format("\"{}\" belongs under {}", name, place), {}, {}};
  }
  if (!meant) return {};
  return {fmt::format("did you mean \"{}\"?", *meant), std::string(*meant),
          std::string(plainly_meant(name, candidates))};
}

}  // namespace egressctl::resource
