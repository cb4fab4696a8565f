// Splits the text of a CEL expression into tokens.
//
// Source: github.com/google/cel-spec, doc/langdef.md, "Syntax".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace egressctl::cel {

enum class TokenKind : std::uint8_t { End, Name, Int, Uint, Double, String, Bytes, Sign };

struct Token {
  TokenKind kind = TokenKind::End;
  std::string_view text;  // as written; a Sign is one of CEL's operators or brackets
  std::string value;      // of a String or Bytes, escapes undone
  std::size_t at = 0;     // the offset of its first byte
};

// All tokens and an End. Fails with `offset 12: ...`.
[[nodiscard]] Result<std::vector<Token>> tokenize(std::string_view source);

// The field that a name stands for: Kubernetes writes those that are no names of CEL as
// __namespace__ or a__dash__b.
//
// Source: kubernetes/apiextensions-apiserver, pkg/apis/apiextensions/types_jsonschema.go
// (XValidations).
[[nodiscard]] std::string field_name(std::string_view name);

// The code point in UTF-8, appended to `out`; false when there is no such code point.
[[nodiscard]] bool append_utf8(std::uint32_t code_point, std::string& out);

}  // namespace egressctl::cel
