// The functions and methods of CEL and of Kubernetes' library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <re2/re2.h>
#include <tl/expected.hpp>

#include "lib/cel/value.h"

namespace egressctl::cel {

// What a call gave, or a message.
using Outcome = tl::expected<Value, std::string>;

// What a call works on. A method's target is the first argument.
struct Call {
  std::span<const Value> arguments;
  const re2::RE2* regex = nullptr;  // the second argument when it is a constant pattern
  std::size_t& steps;               // counts what the call costs
};

struct Function {
  std::string_view name;           // "size", or "sets.contains" with the namespace
  bool method = false;             // called as a.name(b)
  std::uint8_t arguments_min = 0;  // with the target
  std::uint8_t arguments_max = 0;
  Outcome (*apply)(const Call& call) = nullptr;
  bool takes_pattern = false;  // the second argument is a regular expression
};

// The function of that name and form that takes `count` arguments, the target among them; nullptr
// when there is none.
[[nodiscard]] const Function* find_function(std::string_view name, bool method, std::size_t count);

// Whether a function of that name exists at all.
[[nodiscard]] bool is_function(std::string_view name, bool method);

// The families, each sorted by no order.
[[nodiscard]] std::span<const Function> conversion_functions();
[[nodiscard]] std::span<const Function> string_functions();
[[nodiscard]] std::span<const Function> list_functions();
[[nodiscard]] std::span<const Function> time_functions();
[[nodiscard]] std::span<const Function> url_functions();
[[nodiscard]] std::span<const Function> network_functions();
[[nodiscard]] std::span<const Function> quantity_functions();

// The message for values that a function or operator does not take.
[[nodiscard]] tl::unexpected<std::string> no_overload(std::string_view name,
                                                      std::span<const Value> arguments);

}  // namespace egressctl::cel
