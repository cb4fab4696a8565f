// Tells a person what was found or went wrong, and maps it to an exit code.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "lib/base/diagnostic.h"
#include "lib/base/result.h"
#include "lib/render/diagnostics.h"

namespace egressctl::cli {

// Writes the findings to `context.err` in the form of --message-format, sorted, and for the forms
// made for people a summary (`2 errors, 1 warning in 1 file`) when there are any.
//
// With --quiet only findings at or above --fail-on (for `never`: errors) are written, no summary.
// Returns ExitCode::Findings when one is at or above --fail-on, else ExitCode::Done; what is
// hidden counts, too.
[[nodiscard]] ExitCode report(Context& context, Diagnostics diagnostics,
                              const render::Totals& totals);

// Where results go, and in which form.
struct ResultOutput {
  render::Format format = render::Format::Text;
  std::string file;  // empty: standard output
};

struct ResultOptions {
  std::vector<ResultOutput> outputs = {ResultOutput{}};
  Severity least = Severity::Info;  // of what is shown; the exit code does not depend on it
  bool to_messages = false;         // standard output is taken: write to standard error instead
};

// The same for commands whose results the findings are: to each of the outputs; those for standard
// output to `context.out`. The summary goes to `context.err`. A file that can't be written is
// reported and makes it ExitCode::Failure; the others are written.
[[nodiscard]] ExitCode report_results(Context& context, Diagnostics diagnostics,
                                      const render::Totals& totals, const ResultOptions& options);

// Writes `egressctl: error: <message>` and returns the exit code of the error's kind.
[[nodiscard]] ExitCode report(Context& context, const Error& error);

// Writes `egressctl: <message>` when -v was given, once for each of `level`, and -q was not.
void say(Context& context, const std::string& message, int level = 1);

}  // namespace egressctl::cli
