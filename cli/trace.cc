// egressctl trace: where one connection goes, or all of them.
#include "lib/trace/trace.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/connections.h"
#include "cli/flags.h"
#include "cli/mesh_input.h"
#include "cli/report.h"
#include "lib/base/text.h"
#include "lib/render/columns.h"
#include "lib/trace/report.h"
#include "lib/trace/words.h"

namespace egressctl::cli {
namespace {

enum class Form { Text, Json };
enum class Speaks { Guess, Tls, Http, Tcp };

struct Flags {
  std::string from;
  std::string to;
  std::optional<std::string> sni;
  std::optional<std::string> inner_sni;
  Speaks protocol = Speaks::Guess;
  std::string expect;
  std::string expect_file;
  bool matrix = false;
  Form form = Form::Text;
  std::vector<std::string> paths;
  MeshFlags mesh;
};

std::string table(const std::vector<trace::Traced>& traces) {
  std::vector<std::vector<std::string>> rows = {{"FROM", "TO", "VERDICT", "REACHED", "REASON"}};
  for (const trace::Traced& traced : traces)
    rows.push_back({trace::client_name(traced.request),
                    fmt::format("{}:{}", traced.request.host, traced.request.port),
                    std::string(trace::to_string(traced.trace.verdict)),
                    traced.trace.reached.empty() ? "-" : traced.trace.reached,
                    traced.trace.reason});
  return render::to_columns(rows, 2);
}

Result<std::vector<Expectation>> wanted_traces(const mesh::Mesh& mesh, const Flags& flags) {
  if (!flags.expect_file.empty()) return read_expectations(flags.expect_file);
  std::vector<Expectation> out;
  if (flags.matrix) {
    out = every_connection(mesh);
    for (Expectation& wanted : out) wanted.verdict = trace::verdict_of(flags.expect);
    return out;
  }
  if (flags.from.empty() || flags.to.empty())
    return fail(ErrorCode::Usage, "name --from and --to, or ask for --matrix or --expect-file");
  Expectation& wanted = out.emplace_back();
  wanted.from = flags.from;
  wanted.to = flags.to;
  wanted.sni = flags.sni;
  wanted.inner_sni = flags.inner_sni;
  if (flags.protocol == Speaks::Tls) wanted.protocol = trace::Protocol::Tls;
  if (flags.protocol == Speaks::Http) wanted.protocol = trace::Protocol::Http;
  if (flags.protocol == Speaks::Tcp) wanted.protocol = trace::Protocol::Tcp;
  if (!flags.expect.empty()) wanted.verdict = trace::verdict_of(flags.expect);
  return out;
}

void show(Context& context, const std::vector<trace::Traced>& traces, const Flags& flags) {
  const bool several = flags.matrix || !flags.expect_file.empty();
  if (flags.form == Form::Json) {
    context.out.write(several ? trace::to_json(traces) : trace::to_json(traces.front()));
  } else {
    context.out.write(several ? table(traces) : trace::to_text(traces.front()));
  }
}

// Says what came out otherwise; how many did.
std::size_t compare(Context& context, const std::vector<Expectation>& wanted,
                    const std::vector<trace::Traced>& traces) {
  std::size_t different = 0;
  for (std::size_t i = 0; i < traces.size(); ++i) {
    const Expectation& one = wanted[i];
    const trace::Trace& trace = traces[i].trace;
    const bool as_wanted = (!one.verdict || *one.verdict == trace.verdict) &&
                           (one.reached.empty() || one.reached == trace.reached);
    if (as_wanted) continue;
    ++different;
    context.err.write(fmt::format(
        "egressctl: {} -> {}: expected {}{}, got {}{}: {}\n", one.from, one.to,
        one.verdict ? trace::to_string(*one.verdict) : "any verdict",
        one.reached.empty() ? "" : " at " + one.reached, trace::to_string(trace.verdict),
        trace.reached.empty() ? "" : " at " + trace.reached, trace.reason));
  }
  return different;
}

ExitCode run(Context& context, const Flags& flags) {
  const auto loaded = load_mesh(context, flags.paths, flags.mesh);
  if (!loaded) return report(context, loaded.error());
  const trace::Tracer tracer(*loaded->mesh);
  if (!flags.expect.empty() && !flags.expect_file.empty())
    return report(context, Error{ErrorCode::Usage,
                                 "--expect and --expect-file: the file says what is expected"});
  const auto wanted = wanted_traces(*loaded->mesh, flags);
  if (!wanted) return report(context, wanted.error());
  const auto traces = trace_all(context, *loaded->mesh, tracer, *wanted);
  if (!traces) return report(context, traces.error());
  if (traces->empty()) say(context, "the input has no external host to trace to", 0);
  if (!traces->empty()) show(context, *traces, flags);
  return compare(context, *wanted, *traces) > 0 ? ExitCode::Findings : loaded->exit;
}

}  // namespace

void add_trace(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = add_command(
      app, context,
      {.name = "trace",
       .summary = "Follow a connection through sidecar, gateway and SNI proxy, offline",
       .examples = {"egressctl trace --from default/sleep --to en.wikipedia.org:443 manifests/",
                    "egressctl trace --matrix manifests/"}},
      [flags, &context] { return run(context, *flags); });
  command.add_option("PATH", flags->paths, "Files and folders; - is standard input")->required();
  command.add_option("--from", flags->from, "The client")->type_name("NAMESPACE/WORKLOAD");
  command.add_option("--to", flags->to, "Where it connects to")->type_name("HOST:PORT");
  command.add_option("--sni", flags->sni, "The SNI that it sends, in place of the host")
      ->type_name("NAME");
  command
      .add_option("--inner-sni", flags->inner_sni,
                  "The SNI that the gateway finds inside of the mesh's mTLS")
      ->type_name("NAME");
  add_choice<Speaks>(
      command, "--protocol", flags->protocol,
      {{"auto", Speaks::Guess}, {"tls", Speaks::Tls}, {"http", Speaks::Http}, {"tcp", Speaks::Tcp}},
      "What it speaks; auto: by the port");
  command.add_option("--expect", flags->expect, "Fail unless this is the verdict")
      ->check(
          CLI::IsMember({"delivered", "misrouted", "reset", "blocked", "bypass", "unresolvable"}));
  command.add_flag("--matrix", flags->matrix, "Trace every client to every host");
  command
      .add_option("--expect-file", flags->expect_file,
                  "Trace what this list asks for, and fail where it comes out otherwise; "
                  "docs/trace.md has its form")
      ->type_name("FILE");
  add_choice<Form>(command, "-o,--output", flags->form,
                   {{"text", Form::Text}, {"json", Form::Json}}, "Form of the result");
  add_set_flags(command, flags->mesh);
}

}  // namespace egressctl::cli
