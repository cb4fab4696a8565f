// What people have looked at and accept: comments and annotations that silence rules.
//
//   port: 443  # egressctl:ignore EGR0307 -- the client really speaks HTTP here
//   # egressctl:ignore EGR0310,service-entries-differ      the next node and all inside it
//   # egressctl:ignore-file EGR0502                        the document
//   metadata: {annotations: {egressctl/ignore: EGR0304}}   the resource
#pragma once

#include "lib/base/diagnostic.h"
#include "lib/lint/workspace.h"

namespace egressctl::lint {

// A suppression that silences nothing, or that names a rule that is none.
inline constexpr RuleId kUselessSuppression{"EGR0002", "useless-suppression", Severity::Warning};

// The findings without those that are suppressed, and with one for each suppression that has no
// use. Rules go by id or name; a suppression without any silences nothing.
[[nodiscard]] Diagnostics without_suppressed(const Diagnostics& findings,
                                             const Workspace& workspace);

}  // namespace egressctl::lint
