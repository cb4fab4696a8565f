#include "cli/report.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "lib/generate/output_tree.h"
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

bool is_fatal(const Context& context, const Diagnostics& diagnostics) {
  return context.flags.fail_on != FailOn::Never &&
         diagnostics.any(threshold(context.flags.fail_on));
}

// What is shown of the findings, in order.
Diagnostics shown(const Context& context, Diagnostics diagnostics,
                  Severity least = Severity::Info) {
  diagnostics.sort();
  if (context.flags.quiet) least = std::max(least, threshold(context.flags.fail_on));
  return least == Severity::Info ? std::move(diagnostics) : at_least(diagnostics, least);
}

// Writes findings to `output`, and what is said about them to standard error.
void show(Context& context, Output& output, const Diagnostics& findings,
          const render::Totals& totals, render::Format format) {
  const bool color = use_color(context.flags.color, context.environment, output.is_terminal());
  output.write(render::to_string(findings, format, {.color = color}, totals));
  if (!for_people(format) || context.flags.quiet || findings.empty()) return;
  const std::string_view gap = format == render::Format::Text ? "\n" : "";
  context.err.write(fmt::format("{}{}", gap, render::summary_line(findings, totals.files)));
}

}  // namespace

ExitCode report(Context& context, Diagnostics diagnostics, const render::Totals& totals) {
  const bool failed = is_fatal(context, diagnostics);
  show(context, context.err, shown(context, std::move(diagnostics)), totals,
       context.flags.messages);
  return failed ? ExitCode::Findings : ExitCode::Done;
}

ExitCode report_results(Context& context, Diagnostics diagnostics, const render::Totals& totals,
                        const ResultOptions& options) {
  ExitCode exit = is_fatal(context, diagnostics) ? ExitCode::Findings : ExitCode::Done;
  const Diagnostics findings = shown(context, std::move(diagnostics), options.least);
  for (const ResultOutput& output : options.outputs) {
    if (output.file.empty()) {
      show(context, options.to_messages ? context.err : context.out, findings, totals,
           output.format);
      continue;
    }
    const auto written =
        generate::write_file(output.file, render::to_string(findings, output.format, {}, totals));
    if (!written) exit = report(context, written.error());
  }
  return exit;
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
