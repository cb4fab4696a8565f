#include "lib/mesh/injection.h"

#include <algorithm>
#include <charconv>

#include "lib/base/ip_address.h"
#include "lib/base/text.h"

namespace egressctl::mesh {
namespace {

constexpr std::string_view kInject = "sidecar.istio.io/inject";
constexpr std::string_view kPorts = "traffic.sidecar.istio.io/excludeOutboundPorts";
constexpr std::string_view kExcluded = "traffic.sidecar.istio.io/excludeOutboundIPRanges";
constexpr std::string_view kIncluded = "traffic.sidecar.istio.io/includeOutboundIPRanges";

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool is_everything(std::string_view text) {
  return text == "*" || text == "0.0.0.0/0" || text == "::/0";
}

// 0.0.0.0/0 starts with an address that is none of the internet.
bool has_public(std::string_view text) {
  if (is_everything(text)) return true;
  const auto range = IpRange::parse(text);
  return range && internal_kind(range->start()).empty();
}

}  // namespace

Injection injection_of(const Mesh& mesh, std::string_view name_space) {
  const resource::Resource* object = mesh.namespace_object(name_space);
  if (object == nullptr) return Injection::Unknown;
  const resource::TextMap& labels = object->metadata.labels;
  const auto has = [&](std::string_view key, std::string_view value) {
    const resource::Text* label = labels->find(key);
    return label != nullptr && (value.empty() || **label == value);
  };
  if (has("istio-injection", "disabled")) return Injection::Off;
  if (has("istio-injection", "enabled") || has("istio.io/rev", "")) return Injection::Sidecar;
  if (has("istio.io/dataplane-mode", "ambient")) return Injection::Ambient;
  return Injection::Unlabelled;
}

const resource::Text* injection_word(const Workload& pod) {
  const resource::Text* label = pod.labels != nullptr ? (*pod.labels)->find(kInject) : nullptr;
  if (label != nullptr || pod.annotations == nullptr) return label;
  return (*pod.annotations)->find(kInject);
}

std::vector<Exclusion> exclusions_of(const Workload& pod) {
  std::vector<Exclusion> out;
  if (pod.annotations == nullptr) return out;
  const resource::TextMap& annotations = *pod.annotations;
  if (const resource::Text* ports = annotations->find(kPorts))
    for (const std::string_view part : split(**ports, ',')) {
      const std::string_view word = trim(part);
      std::int64_t port = 0;
      const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), port);
      if (word == "*") {
        out.push_back({Exclusion::Kind::Port, word, std::nullopt, ports});
      } else if (error == std::errc{} && end == word.data() + word.size()) {
        out.push_back({Exclusion::Kind::Port, word, port, ports});
      }
    }
  if (const resource::Text* ranges = annotations->find(kExcluded))
    for (const std::string_view part : split(**ranges, ','))
      if (has_public(trim(part)))
        out.push_back({Exclusion::Kind::Range, trim(part), std::nullopt, ranges});
  if (const resource::Text* ranges = annotations->find(kIncluded)) {
    const std::vector<std::string_view> words = split(**ranges, ',');
    if (std::none_of(words.begin(), words.end(),
                     [](std::string_view word) { return is_everything(trim(word)); }))
      out.push_back({Exclusion::Kind::NotIncluded, **ranges, std::nullopt, ranges});
  }
  return out;
}

}  // namespace egressctl::mesh
