#include "cli/report.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "lib/render/visible.h"

namespace egressctl::cli {
namespace {

Severity threshold(FailOn fail_on) {
  switch (fail_on) {
    case FailOn::Info: return Severity::Info;
    case FailOn::Warning: return Severity::Warning;
    case FailOn::Error:
    case FailOn::Never: break;
  }
  return Severity::Error;
}

Diagnostics at_least(const Diagnostics& diagnostics, Severity severity) {
  Diagnostics kept;
  for (const Diagnostic& diagnostic : diagnostics)
    if (diagnostic.severity >= severity) kept.add(diagnostic);
  return kept;
}

bool for_people(render::Format format) {
  return format == render::Format::Text || format == render::Format::Concise;
}

ExitCode exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::Usage: return ExitCode::Usage;
    case ErrorCode::Invalid: return ExitCode::Findings;
    case ErrorCode::NotFound:
    case ErrorCode::Io: break;
  }
  return ExitCode::Failure;
}

// Writes findings to `output`, and what is said about them to standard error.
ExitCode show(Context& context, Output& output, Diagnostics diagnostics,
              const render::Totals& totals, render::Format format) {
  const CommonFlags& flags = context.flags;
  const Severity fatal = threshold(flags.fail_on);
  const bool failed = flags.fail_on != FailOn::Never && diagnostics.any(fatal);
  diagnostics.sort();
  const Diagnostics shown = flags.quiet ? at_least(diagnostics, fatal) : std::move(diagnostics);
  const bool color = use_color(flags.color, context.environment, output.is_terminal());
  output.write(render::to_string(shown, format, {.color = color}, totals));
  if (for_people(format) && !flags.quiet && !shown.empty()) {
    const std::string_view gap = format == render::Format::Text ? "\n" : "";
    context.err.write(fmt::format("{}{}", gap, render::summary_line(shown, totals.files)));
  }
  return failed ? ExitCode::Findings : ExitCode::Done;
}

}  // namespace

ExitCode report(Context& context, Diagnostics diagnostics, const render::Totals& totals) {
  return show(context, context.err, std::move(diagnostics), totals, context.flags.messages);
}

ExitCode report_results(Context& context, Diagnostics diagnostics, const render::Totals& totals,
                        render::Format format) {
  return show(context, context.out, std::move(diagnostics), totals, format);
}

ExitCode report(Context& context, const Error& error) {
  context.err.write(fmt::format("egressctl: error: {}\n", render::visible(error.message)));
  return exit_code(error.code);
}

void say(Context& context, const std::string& message, int level) {
  if (context.flags.verbosity >= level && !context.flags.quiet)
    context.err.write(fmt::format("egressctl: {}\n", render::visible(message)));
}

}  // namespace egressctl::cli
