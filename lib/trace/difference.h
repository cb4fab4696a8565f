// What a change of manifests means for connections.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lib/trace/report.h"

namespace egressctl::trace {

enum class Aspect {
  Verdict,
  Reached,  // the host and port where it ends
  Path,     // the proxies that it takes, and their clusters
  Tls,      // what a proxy makes for the next hop
};

[[nodiscard]] std::string_view to_string(Aspect aspect);

// A connection that goes another way than before.
struct Difference {
  Traced before;
  Traced after;
  std::vector<Aspect> aspects;  // never empty
  // Resources that have a part in one of the traces, where they stand: those that only one of the
  // sets has, and those whose text differs. Filled by `tell_resources`.
  std::vector<std::string> gone;
  std::vector<std::string> added;
  std::vector<std::string> changed;

  [[nodiscard]] bool has(Aspect aspect) const;
  [[nodiscard]] bool is_broken() const;  // was delivered, and is no more
  [[nodiscard]] bool is_mended() const;  // was not delivered, and is now
};

// The connections that differ, in their order; `before` and `after` hold traces of the same ones,
// in the same order. Names of resources and endpoints' addresses may change without a difference.
[[nodiscard]] std::vector<Difference> differences(const std::vector<Traced>& before,
                                                  const std::vector<Traced>& after);

// Says of each difference what became of the resources that have a part in it.
void tell_resources(std::vector<Difference>& differences, const mesh::Mesh& before,
                    const mesh::Mesh& after);

// Connection by connection what was and what is, with the resources that came, went or changed; a
// count of all `connections` last.
[[nodiscard]] std::string to_text(const std::vector<Difference>& differences,
                                  std::size_t connections);

// {"version": 1, "summary": {"connections", "different", "broken", "mended"}, "differences":
// [{"from", "to", "changes": [...], "before": {"verdict", "reason", "reached", "path": [{"place",
// "proxy", "cluster", "tls"}]}, "after": {...}, "gone": [...], "new": [...], "changed":
// [...]}]}, pretty-printed, with a final newline.
[[nodiscard]] std::string to_json(const std::vector<Difference>& differences,
                                  std::size_t connections);

}  // namespace egressctl::trace
