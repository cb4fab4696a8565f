// Findings that every renderer is tested on.
#pragma once

#include <deque>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"

namespace egressctl::render::testing {

// Findings and the sources they point into.
struct Fixture {
  std::deque<Source> sources;
  Diagnostics diagnostics;
};

[[nodiscard]] Fixture no_findings();
[[nodiscard]] Fixture one_finding();

// Tabs, wide and combining characters, ranges over several lines, at the end and nowhere, a long
// line, hostile characters in text and path, help of two lines, a resource, equal findings.
[[nodiscard]] Fixture many_findings();

}  // namespace egressctl::render::testing
