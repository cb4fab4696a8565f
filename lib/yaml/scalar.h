// What a scalar means as a number, a bool or a null, by the YAML 1.2 core schema.
//
// Kubernetes reads YAML through sigs.k8s.io/yaml (YAML 1.1 resolution by go-yaml v2: yes/no/on/off
// are bools, 0777 is octal); where the two schemas differ the functions say so.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lib/yaml/node.h"

namespace egressctl::yaml {

// A plain scalar's type. Quoted and block scalars, and those tagged !!str, are strings always.
enum class ScalarType { Null, Bool, Int, Float, String };

[[nodiscard]] ScalarType scalar_type(const Node& node);  // of a Null or Scalar node, YAML 1.2
[[nodiscard]] ScalarType plain_type_1_1(
    std::string_view text);  // of a plain scalar, YAML 1.1 / go-yaml

// Whether readers of YAML 1.1 take a plain scalar for a date or a time (2001-01-01).
[[nodiscard]] bool is_timestamp_1_1(std::string_view text);

// The value when the node is of that type, else std::nullopt.
[[nodiscard]] std::optional<bool> as_bool(const Node& node);         // true, false, True, ...
[[nodiscard]] std::optional<std::int64_t> as_int(const Node& node);  // 443, -1, 0x1bb, 0o17, 017
[[nodiscard]] std::optional<double> as_double(const Node& node);     // ints too
[[nodiscard]] std::optional<std::string_view> as_string(const Node& node);  // type String only

}  // namespace egressctl::yaml
