// egressctl logs: what access logs say, in words.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/line_reader.h"
#include "cli/mesh_input.h"
#include "cli/report.h"
#include "lib/lint/linter.h"
#include "lib/lint/registry.h"
#include "lib/logs/join.h"
#include "lib/logs/parse.h"
#include "lib/logs/report.h"
#include "lib/logs/request.h"
#include "lib/trace/trace.h"

namespace egressctl::cli {
namespace {

enum class Form { Text, Json };

// Connections that wait for their other lines; what memory is bound by.
constexpr std::size_t kWindow = 10000;
constexpr std::size_t kMaxComparisons = 1000;
constexpr std::size_t kMaxFindings = 5;

struct Flags {
  std::string file = "-";
  std::vector<std::string> paths;
  std::vector<std::string> manifests;
  Form form = Form::Text;
  bool sum = false;
  bool no_join = false;
  MeshFlags mesh;
};

std::string_view rule_name(std::string_view id) {
  const lint::Rule* rule = lint::find_rule(id);
  return rule != nullptr ? rule->info.id.name : std::string_view();
}

// The manifests beside the log: traces of its connections, and the findings
// behind them.
class Manifests {
 public:
  explicit Manifests(MeshOfFiles files)
      : files_(std::move(files)), tracer_(*files_.mesh), clients_(*files_.mesh) {
    lint::Options options;
    options.mesh = files_.input.options;
    options.posture = true;
    findings_ = lint::lint(*files_.workspace, options, lint::Depth::Everything);
  }

  // nullptr when the lines do not tell what was asked for.
  const logs::Comparison* compare(const logs::LoggedConnection& connection,
                                  const logs::Explanation& explanation) {
    const auto request = clients_.request_of(connection);
    if (!request) return nullptr;
    const std::string key =
        fmt::format("{}/{} {} {} {} {}", request->client.name_space, request->client.name,
                    request->host, request->port, request->inner_sni.value_or(""), request->path);
    if (known_.size() >= kMaxComparisons) known_.clear();
    const auto [found, added] = known_.try_emplace(key);
    if (added) {
      logs::Comparison& made = found->second;
      made.traced = {*request, tracer_.trace(*request)};
      made.findings = findings_behind(made.traced.trace, explanation);
    }
    return &found->second;
  }

 private:
  // Those about resources that the trace met; the likely rules first.
  std::vector<std::string> findings_behind(const trace::Trace& trace,
                                           const logs::Explanation& explanation) const {
    std::vector<const resource::Resource*> met;
    for (const topology::Cause& cause : trace.blame) met.push_back(cause.resource);
    for (const trace::Hop& hop : trace.hops)
      for (const topology::Cause& cause : hop.causes) met.push_back(cause.resource);
    const auto is_met = [&](const Diagnostic& finding) {
      return std::any_of(met.begin(), met.end(), [&](const resource::Resource* resource) {
        return resource->range.source == finding.range.source &&
               resource->range.begin <= finding.range.begin &&
               finding.range.begin <= resource->range.end;
      });
    };
    const auto is_likely = [&](const Diagnostic& finding) {
      return std::find(explanation.rules.begin(), explanation.rules.end(), finding.rule.id) !=
             explanation.rules.end();
    };
    std::vector<const Diagnostic*> chosen;
    for (const Diagnostic& finding : findings_)
      if (is_likely(finding) || (is_met(finding) && finding.severity == Severity::Error))
        chosen.push_back(&finding);
    std::stable_sort(chosen.begin(), chosen.end(), [&](const auto* a, const auto* b) {
      return is_met(*a) + is_likely(*a) > is_met(*b) + is_likely(*b);
    });
    if (chosen.size() > kMaxFindings) chosen.resize(kMaxFindings);
    std::vector<std::string> out;
    out.reserve(chosen.size());
    for (const Diagnostic* finding : chosen)
      out.push_back(fmt::format("{}: {} [{} {}]", location(finding->range), finding->message,
                                finding->rule.id, finding->rule.name));
    return out;
  }

  MeshOfFiles files_;
  trace::Tracer tracer_;
  logs::ClientIndex clients_;
  Diagnostics findings_;
  std::map<std::string, logs::Comparison> known_;
};

// Explains connections as they come, and sums them.
class Writer {
 public:
  Writer(Context& context, const Flags& flags, std::optional<Manifests>& manifests)
      : out_(context.out), flags_(flags), manifests_(manifests) {
    if (is_json()) out_.write(R"({"version":1,"connections":[)");
  }

  void add(const logs::LoggedConnection& connection) {
    const logs::Explanation explanation = logs::explain(connection);
    sums_.add(connection, explanation);
    if (flags_.sum) return;
    const logs::Comparison* comparison =
        manifests_ && (is_json() || explanation.outcome != logs::Outcome::Arrived)
            ? manifests_->compare(connection, explanation)
            : nullptr;
    const logs::Explained explained{connection, explanation, comparison};
    if (is_json()) {
      out_.write((first_ ? "\n" : ",\n") + logs::to_json(explained));
    } else {
      out_.write(logs::to_text(explained, rule_name));
    }
    first_ = false;
  }

  void finish() {
    const auto rows = sums_.rows();
    if (is_json()) {
      out_.write("\n],\"sums\":" + logs::to_json(rows) + "}\n");
    } else if (!rows.empty()) {
      out_.write((flags_.sum ? "" : "\n") + logs::to_text(rows));
    }
  }

 private:
  [[nodiscard]] bool is_json() const { return flags_.form == Form::Json; }

  Output& out_;
  const Flags& flags_;
  std::optional<Manifests>& manifests_;
  logs::Sums sums_;
  bool first_ = true;
};

ExitCode read_log(Context& context, const Flags& flags, std::optional<Manifests>& manifests) {
  auto reader = LineReader::open(flags.file);
  if (!reader) return report(context, reader.error());
  Writer writer(context, flags, manifests);
  logs::Joiner joiner(flags.no_join ? 0 : kWindow,
                      [&](const logs::LoggedConnection& connection) { writer.add(connection); });
  std::size_t bad = 0;
  std::size_t other = 0;
  std::string line;
  for (std::size_t number = 1; reader->next(line); ++number) {
    logs::ParsedLine parsed = logs::parse_line(std::move(line));
    if (parsed.kind == logs::LineKind::Entry) {
      parsed.entry.line = number;
      joiner.add(std::move(parsed.entry));
    } else if (parsed.kind == logs::LineKind::Bad) {
      ++bad;
      say(context, fmt::format("{}:{}: skipped: {}", reader->name(), number, parsed.problem), 0);
    } else {
      ++other;
    }
    line.clear();
  }
  joiner.finish();
  writer.finish();
  if (other > 0) say(context, fmt::format("{} lines were of other logs", other));
  if (auto done = reader->finish(); !done) return report(context, done.error());
  return bad > 0 ? ExitCode::Findings : ExitCode::Done;
}

ExitCode run(Context& context, const Flags& flags) {
  std::vector<std::string> paths = flags.paths;
  paths.insert(paths.end(), flags.manifests.begin(), flags.manifests.end());
  std::optional<Manifests> manifests;
  ExitCode worst = ExitCode::Done;
  if (!paths.empty()) {
    auto loaded = load_mesh(context, paths, flags.mesh);
    if (!loaded) return report(context, loaded.error());
    worst = loaded->exit;
    manifests.emplace(*std::move(loaded));
  }
  const ExitCode read = read_log(context, flags, manifests);
  return read == ExitCode::Done ? worst : read;
}

}  // namespace

void add_logs(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command =
      add_command(app, context,
                  {.name = "logs",
                   .summary = "Explain access logs: flags in words, hops joined, likely rules",
                   .examples = {"kubectl logs -n istio-egress deploy/egressgateway | "
                                "egressctl logs -",
                                "egressctl logs access.log manifests/"}},
                  [flags, &context] { return run(context, *flags); });
  command.add_option("FILE", flags->file, "The log; - is standard input")->capture_default_str();
  command.add_option("PATH", flags->paths, "Manifests, to say what they mean for the connections");
  command.add_option("--manifests", flags->manifests, "The same")->type_name("PATH");
  add_choice<Form>(command, "-o,--output", flags->form,
                   {{"text", Form::Text}, {"json", Form::Json}}, "Form of the result");
  command.add_flag("--sum", flags->sum, "Only the table by host, cluster and response flags");
  command.add_flag("--no-join", flags->no_join,
                   "Explain each line at once, without those of other proxies");
  add_set_flags(command, flags->mesh);
}

}  // namespace egressctl::cli
