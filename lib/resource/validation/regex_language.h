// What a regular expression matches, without trying texts.
#pragma once

#include <string_view>

namespace egressctl::resource::validation {

// The texts that an expression is tried on.
enum class Subject {
  Any,
  Path,    // of a request: begins with "/", and Envoy has cut off query and fragment
  Scheme,  // "http" or "https"
  Header,  // a header's value, or a query parameter's: no line breaks
};

enum class Extent {
  Whole,  // the expression must match all of the text
  Part,   // any part of it
};

// Whether no text of the subject is matched: "a$b", "[^\x00-\x{10FFFF}]", or "api/.*" for a path.
// false where that can't be told. `pattern` is one that RE2 compiles.
[[nodiscard]] bool never_matches(std::string_view pattern, Subject subject, Extent extent);

}  // namespace egressctl::resource::validation
