// What a YAML value is to Kubernetes, which reads it as kubectl sends it: YAML 1.1's words for
// bools are bools, and a plain number is no string.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/diagnostic.h"
#include "lib/yaml/node.h"

namespace egressctl::resource {

// A value that the API server refuses to decode: a string for a list, a number for a string, ...
inline constexpr RuleId kWrongType{"EGR0119", "wrong-type", Severity::Error};

// What was found instead, for a message: `the string "443"`, "the number 443", "a list", "null".
[[nodiscard]] std::string describe(const yaml::Node& node);

// Whether kubectl sends the scalar as a string.
[[nodiscard]] bool is_string(const yaml::Node& node);

// A bool, written in any of YAML 1.1's ways; std::nullopt when the value is none.
[[nodiscard]] std::optional<bool> to_bool(const yaml::Node& node);

// An integer, also one with an empty fraction (443.0); std::nullopt when the value is none.
[[nodiscard]] std::optional<std::int64_t> to_integer(const yaml::Node& node);

// What would stand between the quotes if the value were quoted; empty for collections. A plain `~`
// is null to YAML and a word to Istio (exportTo, hosts).
[[nodiscard]] std::string_view plain_text(const yaml::Node& node);

// What a value should have been, as messages say it.
inline constexpr std::string_view kExpectString = "a string";
inline constexpr std::string_view kExpectInteger = "an integer";
inline constexpr std::string_view kExpectNumber = "a number";
inline constexpr std::string_view kExpectBool = "true or false";
inline constexpr std::string_view kExpectIntOrString = "an integer or a string";
inline constexpr std::string_view kExpectMapping = "a mapping";
inline constexpr std::string_view kExpectList = "a list";
inline constexpr std::string_view kExpectDuration = "a duration such as \"1h30m\" or \"10s\"";

// Reports that the field at `path` should have been `expected`, with a way to mend it where quotes
// or brackets are all that is wrong.
Diagnostics::Builder report_wrong_type(Diagnostics& diagnostics, const yaml::Node& node,
                                       const std::string& path, std::string_view expected);

}  // namespace egressctl::resource
