// How Istio compares a text: exactly, by its start, or with a regular expression.
//
// Source: istio.io/docs/reference/config/networking/virtual-service/#StringMatch.
#pragma once

#include "lib/resource/fields.h"
#include "lib/resource/positioned.h"

namespace egressctl::resource {

enum class StringMatchKind { Exact, Prefix, Regex, Unknown };

// Exactly one of three; Unknown with empty text when none is there.
struct StringMatch {
  StringMatchKind kind = StringMatchKind::Unknown;
  Text text;
};

[[nodiscard]] StringMatch read_string_match(const Fields& in);

}  // namespace egressctl::resource
