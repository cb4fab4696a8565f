// The words of CEL.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace egressctl::resource::validation {

enum class CelKind { End, Name, QuotedName, Number, String, Sign };

struct CelToken {
  CelKind kind = CelKind::End;
  std::string_view text;  // "" at the end
};

// All words and an End; or what is wrong with one, as a sentence's end.
struct CelTokens {
  std::vector<CelToken> list;
  std::optional<std::string> problem;
};

[[nodiscard]] CelTokens cel_tokens(std::string_view text);

}  // namespace egressctl::resource::validation
