#include "lib/logs/sums.h"

#include <algorithm>
#include <utility>

namespace egressctl::logs {
namespace {

std::string or_dash(std::string_view text) {
  return std::string(text.empty() ? "-" : text);
}

}  // namespace

void Sums::add(const LoggedConnection& connection, const Explanation& explanation) {
  std::array<std::string, 3> key = {or_dash(connection.host()),
                                    or_dash(connection.hops.back().entry.cluster),
                                    or_dash(explanation.flags)};
  if (rows_.size() >= kMaxRows && !rows_.contains(key)) key = {"(others)", "-", "-"};
  SumRow& row = rows_[key];
  row.host = key[0];
  row.cluster = key[1];
  row.flags = key[2];
  ++row.connections;
  row.received += connection.hops.front().entry.received;
  row.sent += connection.hops.front().entry.sent;
}

std::vector<SumRow> Sums::rows() const {
  std::vector<SumRow> out;
  out.reserve(rows_.size());
  for (const auto& [key, row] : rows_) out.push_back(row);
  std::stable_sort(out.begin(), out.end(),
                   [](const SumRow& a, const SumRow& b) { return a.connections > b.connections; });
  return out;
}

}  // namespace egressctl::logs
