// Explained connections for people and for programs.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/logs/explain.h"
#include "lib/logs/sums.h"
#include "lib/trace/report.h"

namespace egressctl::logs {

// What manifests say of a connection.
struct Comparison {
  trace::Traced traced;
  std::vector<std::string> findings;  // of lint: "FILE:LINE:COLUMN: MESSAGE [RULE]"
};

struct Explained {
  const LoggedConnection& connection;
  const Explanation& explanation;
  const Comparison* comparison = nullptr;  // nullptr: no manifests, or no client
};

// The name of a rule, or empty.
using RuleNames = std::function<std::string_view(std::string_view id)>;

// A line for a connection that arrived; else its hops, what they mean and the
// likely rules.
[[nodiscard]] std::string to_text(const Explained& explained, const RuleNames& names);

// One object, on one line, without line end.
[[nodiscard]] std::string to_json(const Explained& explained);

// The table, and [{"host", "cluster", "flags", "connections", "bytesReceived",
// "bytesSent"}].
[[nodiscard]] std::string to_text(const std::vector<SumRow>& rows);
[[nodiscard]] std::string to_json(const std::vector<SumRow>& rows);

}  // namespace egressctl::logs
