// Findings that were there before: a file lists them, so that only new ones are reported.
//
// docs/baseline.md describes the file.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"
#include "lib/lint/workspace.h"

namespace egressctl::lint {

// So many findings that differ in their places alone.
struct BaselineEntry {
  std::string rule;         // "EGR0203"
  std::string resource;     // "VirtualService demo/cnn"; empty for findings about none
  std::string file;         // of findings about no resource; empty for the others
  std::string fingerprint;  // of the first of them: lib/base/fingerprint.h
  std::size_t count = 1;
  SourceRange range;  // where the file has it; not known otherwise
};

// Sorted by rule, resource, file and fingerprint, which are different together.
using Baseline = std::vector<BaselineEntry>;

// The entries that stand for all of the findings.
[[nodiscard]] Baseline baseline_of(const Diagnostics& findings);

// The text of the file.
[[nodiscard]] std::string to_yaml(const Baseline& baseline);

// Reads the file; std::nullopt when it is not one, with what is wrong in `diagnostics`. The ranges
// point into `source`, which must outlive them.
[[nodiscard]] std::optional<Baseline> read_baseline(const Source& source, Diagnostics& diagnostics);

struct BaselineResult {
  Diagnostics findings;    // that the baseline does not have
  Diagnostics stale;       // kStaleBaseline, a finding for each entry that stands for too many
  Baseline needed;         // the entries that stand for something, with as many as there are
  std::size_t hidden = 0;  // findings that the baseline has
};

// Of equal findings the first ones are taken for those of the baseline. Entries of resources and
// files that were not read make one finding together: a run over some of the files is no reason to
// complain of each.
[[nodiscard]] BaselineResult apply_baseline(const Baseline& baseline, const Diagnostics& findings,
                                            const Workspace& workspace);

}  // namespace egressctl::lint
