// What the lines of a connection say, in words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/logs/join.h"

namespace egressctl::logs {

enum class Outcome {
  Arrived,
  Bypassed,  // it left the mesh past the gateway
  Failed,
};

[[nodiscard]] std::string_view to_string(Outcome outcome);

struct Explanation {
  Outcome outcome = Outcome::Arrived;
  std::string flags;                    // nearest to the fault; empty when there are none
  std::vector<std::string> sentences;   // without final stops, the most telling first
  std::vector<std::string_view> rules;  // of lint, the likeliest first
};

[[nodiscard]] Explanation explain(const LoggedConnection& connection);

}  // namespace egressctl::logs
