// Formats of Envoy's access logs: text with operators, such as "%REQ(:AUTHORITY):20% %BYTES_SENT%".
//
// Source: envoyproxy.io, "Substitution formatter"; which names there are, and what may stand behind
// each, was tried with Envoy 1.40.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace egressctl {

// What may stand behind an operator's name: "%NAME%", "%NAME(argument)%".
enum class LogArgument : std::uint8_t { None, Optional, Required };

struct LogOperator {
  std::string_view name;
  LogArgument argument = LogArgument::None;
  bool length = false;  // ":9" may follow: the most bytes of its value
};

// All operators, by name.
[[nodiscard]] std::span<const LogOperator> log_operators();

// nullptr: Envoy has none of that name.
[[nodiscard]] const LogOperator* find_log_operator(std::string_view name);

// A literal or an operator. Points into the format.
struct LogPiece {
  std::string_view literal = {};
  std::string_view name = {};  // of an operator; empty: a literal
  std::string_view argument = {};
  std::size_t most = 0;  // bytes of the operator's value; 0: all of them
};

// For what Envoy refuses a format.
struct LogFormatMistake {
  std::size_t place = 0;          // the byte at which the operator's name starts
  std::string_view unknown = {};  // the name, where Envoy has no such operator
  std::string what = {};
};

struct LogFormat {
  std::vector<LogPiece> pieces;  // "%%" is the literal "%"; what can't be read is one, too
  std::vector<LogFormatMistake> mistakes;
};

[[nodiscard]] LogFormat parse_log_format(std::string_view text);

}  // namespace egressctl
