#include "cli/report.h"

#include <string>

#include <doctest/doctest.h>

#include "cli/captured_output.h"

namespace egressctl::cli {
namespace {

using testing::CapturedOutput;

constexpr RuleId kError{"EGR9001", "broken", Severity::Error};
constexpr RuleId kWarning{"EGR9002", "doubtful", Severity::Warning};
constexpr RuleId kInfo{"EGR9003", "notable", Severity::Info};

struct Run {
  ExitCode code;
  std::string out;
  std::string err;
};

Run run_report(const CommonFlags& flags, const Diagnostics& diagnostics) {
  CapturedOutput out;
  CapturedOutput err;
  Context context{
      .out = out.output(), .err = err.output(), .environment = {}, .flags = flags, .action = {}};
  const ExitCode code = report(context, diagnostics, {.files = 2, .documents = 2, .resources = 2});
  return {code, out.text(), err.text()};
}

Diagnostics findings(std::initializer_list<RuleId> rules) {
  Diagnostics list;
  for (const RuleId& rule : rules) list.report(rule, {}, "text").path("x.yaml");
  return list;
}

CommonFlags with(FailOn fail_on, bool quiet = false) {
  CommonFlags flags;
  flags.fail_on = fail_on;
  flags.quiet = quiet;
  flags.messages = render::Format::Concise;
  return flags;
}

TEST_CASE("report: --fail-on decides from which severity on the code is 1") {
  const Diagnostics warning = findings({kWarning, kInfo});
  const Diagnostics info = findings({kInfo});
  const Diagnostics error = findings({kError});
  CHECK(run_report(with(FailOn::Error), error).code == ExitCode::Findings);
  CHECK(run_report(with(FailOn::Error), warning).code == ExitCode::Done);
  CHECK(run_report(with(FailOn::Warning), warning).code == ExitCode::Findings);
  CHECK(run_report(with(FailOn::Warning), info).code == ExitCode::Done);
  CHECK(run_report(with(FailOn::Info), info).code == ExitCode::Findings);
  CHECK(run_report(with(FailOn::Never), error).code == ExitCode::Done);
  CHECK(run_report(with(FailOn::Info), {}).code == ExitCode::Done);
}

TEST_CASE("report: findings and a summary go to stderr, nothing to stdout") {
  const Run run = run_report(with(FailOn::Error), findings({kWarning, kError}));
  CHECK(run.out.empty());
  CHECK(run.err ==
        "x.yaml: error: text [EGR9001 broken]\n"
        "x.yaml: warning: text [EGR9002 doubtful]\n"
        "1 error, 1 warning in 1 of 2 files\n");
  CHECK(run_report(with(FailOn::Error), {}).err.empty());
}

TEST_CASE("report: --quiet leaves what makes the command fail") {
  const Diagnostics all = findings({kError, kWarning, kInfo});
  CHECK(run_report(with(FailOn::Error, true), all).err == "x.yaml: error: text [EGR9001 broken]\n");
  CHECK(run_report(with(FailOn::Warning, true), all).err ==
        "x.yaml: error: text [EGR9001 broken]\nx.yaml: warning: text [EGR9002 doubtful]\n");
  CHECK(run_report(with(FailOn::Never, true), all).code == ExitCode::Done);
  CHECK(run_report(with(FailOn::Error, true), findings({kInfo})).err.empty());
}

TEST_CASE("report: forms for programs have no summary line and are there without a finding") {
  CommonFlags flags;
  flags.messages = render::Format::Json;
  const Run run = run_report(flags, {});
  CHECK(run.err.starts_with("{\n"));
  CHECK(run.err.ends_with("}\n"));
  CHECK(run.err.find("\"diagnostics\": []") != std::string::npos);
}

TEST_CASE("report: an error's kind decides the code, its text is made visible") {
  struct Row {
    ErrorCode kind;
    ExitCode code;
  };
  for (const Row& row :
       {Row{ErrorCode::Usage, ExitCode::Usage}, Row{ErrorCode::NotFound, ExitCode::Failure},
        Row{ErrorCode::Io, ExitCode::Failure}, Row{ErrorCode::Invalid, ExitCode::Findings}}) {
    CapturedOutput out;
    CapturedOutput err;
    Context context{
        .out = out.output(), .err = err.output(), .environment = {}, .flags = {}, .action = {}};
    CHECK(report(context, Error{row.kind, "no \x1b[2J"}) == row.code);
    CHECK(err.text() == "egressctl: error: no \\x1b[2J\n");
    CHECK(out.text().empty());
  }
}

TEST_CASE("report: say() speaks from its level of -v on, and never with -q") {
  const auto said = [](int verbosity, bool quiet, int level) {
    CapturedOutput out;
    CapturedOutput err;
    CommonFlags flags;
    flags.verbosity = verbosity;
    flags.quiet = quiet;
    Context context{
        .out = out.output(), .err = err.output(), .environment = {}, .flags = flags, .action = {}};
    say(context, "done", level);
    return err.text();
  };
  CHECK(said(0, false, 1).empty());
  CHECK(said(1, false, 1) == "egressctl: done\n");
  CHECK(said(1, false, 2).empty());
  CHECK(said(2, false, 2) == "egressctl: done\n");
  CHECK(said(2, true, 1).empty());
}

}  // namespace
}  // namespace egressctl::cli
