#include "lib/spec/words.h"

#include <fmt/format.h>

namespace egressctl::spec {
namespace {

template <typename E>
std::string_view text_of(std::span<const Word> words, E value) {
  for (const Word& candidate : words)
    if (candidate.value == static_cast<int>(value)) return candidate.text;
  return {};
}

}  // namespace

std::string one_of(std::span<const Word> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i].text;
  }
  return text;
}

std::string_view to_string(Via via) {
  return text_of(kViaWords, via);
}

std::string_view to_string(Outbound outbound) {
  return text_of(kOutboundWords, outbound);
}

std::string_view to_string(InnerSni inner_sni) {
  return text_of(kInnerSniWords, inner_sni);
}

std::string_view to_string(Resolution resolution) {
  return resolution == Resolution::Automatic ? "automatic" : text_of(kResolutionWords, resolution);
}

}  // namespace egressctl::spec
