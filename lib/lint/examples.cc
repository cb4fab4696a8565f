#include "lib/lint/examples.h"

#include <unordered_map>

namespace egressctl::lint {
namespace {

constexpr std::string_view kId = "EGR";
constexpr std::string_view kBetween = "\n>\n";

using Examples = std::unordered_map<std::string_view, Example>;

// Where the next line that begins with an id is.
std::size_t next_id(std::string_view text, std::size_t from) {
  const std::size_t found = text.find("\nEGR", from);
  return found == std::string_view::npos ? text.size() : found + 1;
}

Examples read_all() {
  Examples out;
  for (const EmbeddedFile& file : example_files()) {
    std::size_t at = 0;
    while (file.text.substr(at).starts_with(kId)) {
      const std::size_t end = next_id(file.text, at);
      const std::string_view part = file.text.substr(at, end - at);
      const std::size_t line = part.find('\n');
      const std::size_t between = part.find(kBetween);
      if (between != std::string_view::npos)
        out.emplace(part.substr(0, line), Example{part.substr(line + 1, between - line),
                                                  part.substr(between + kBetween.size())});
      at = end;
    }
  }
  return out;
}

}  // namespace

std::optional<Example> example_of(std::string_view id) {
  static const Examples kExamples = read_all();
  const auto found = kExamples.find(id);
  return found != kExamples.end() ? std::optional(found->second) : std::nullopt;
}

}  // namespace egressctl::lint
