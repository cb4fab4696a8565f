#include "lib/render/fixture.h"

#include <string>
#include <string_view>

namespace egressctl::render::testing {
namespace {

constexpr RuleId kHost{"EGR1005", "invalid-host", Severity::Error};
constexpr RuleId kTwice{"EGR1010", "host-claimed-twice", Severity::Warning};
constexpr RuleId kAdvice{"EGR1202", "mesh-config-advice", Severity::Info};

constexpr std::string_view kSpec =
    "spec:\n"
    "  destinations:\n"
    "  - name: one\n"
    "    hosts: [a.org, b.org]\n"
    "    via: gateway\n"
    "  - {name: two, hosts: [https://a.org/x], via: gateway}\n"
    "\ttabbed:\t\"caf\xC3\xA9\" # \xE6\x97\xA5\xE6\x9C\xAC\n"
    "  wide: \xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E.org\n"
    "  combined: e\xCC\x81.org\n";

// The range of the first place where `text` stands in `source`.
SourceRange find(const Source& source, std::string_view text) {
  const std::size_t at = source.text().find(text);
  const std::size_t begin = at == std::string_view::npos ? source.text().size() : at;
  return {&source, static_cast<std::uint32_t>(begin),
          static_cast<std::uint32_t>(begin + (at == std::string_view::npos ? 0 : text.size()))};
}

void add_hostile(Fixture& fixture) {
  const Source& hostile = fixture.sources.emplace_back("dir\x1b[2J/x,y:z.yaml",
                                                       "a: \x1b]0;owned\x07 \xE2\x80\xAE"
                                                       "evil \xFF.org\n");
  fixture.diagnostics.report(kHost, find(hostile, "evil"), "host \"{}\" has a \"%\"\n\x1b[31m",
                             "\xC2\x9B\xE2\x80\xAE");
}

void add_long_line(Fixture& fixture) {
  const Source& wide = fixture.sources.emplace_back(
      "long.yaml", "hosts: [" + std::string(150, 'x') + ", bad_host, " + std::string(150, 'y') +
                       "]\nshort: " + std::string(150, 'z') + "\n");
  fixture.diagnostics.report(kHost, find(wide, "bad_host"), "host \"bad_host\" has a '_'");
  fixture.diagnostics.report(kHost, find(wide, "short"), "key \"short\" is unknown");
  fixture.diagnostics.report(kHost, find(wide, std::string(150, 'z')), "the name is too long");
}

}  // namespace

Fixture no_findings() {
  return {};
}

Fixture one_finding() {
  Fixture fixture;
  const Source& spec = fixture.sources.emplace_back("egress.yaml", std::string(kSpec));
  fixture.diagnostics
      .report(kHost, find(spec, "https://a.org/x"), "host \"{}\" has a scheme and a path",
              "https://a.org/x")
      .help("write \"a.org\"")
      .alias("IST0106")
      .fix({.title = "write \"a.org\"",
            .safe = true,
            .edits = {{find(spec, "https://a.org/x"), "a.org"}}})
      .field("spec.destinations[1].hosts[0]");
  return fixture;
}

Fixture many_findings() {
  Fixture fixture = one_finding();
  Diagnostics& diagnostics = fixture.diagnostics;
  const Source& spec = fixture.sources.front();
  diagnostics.report(kTwice, find(spec, "https://a.org/x"), "host \"a.org\" is claimed twice")
      .related(find(spec, "a.org"), "\"one\" claims it here")
      .related({}, "so does the mesh");
  diagnostics.report(kHost, find(spec, "\"caf\xC3\xA9\""), "not a host");
  diagnostics.report(kHost, find(spec, "# \xE6"), "not a host");
  diagnostics.report(kHost, find(spec, "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E.org"), "not ASCII");
  diagnostics.report(kHost, find(spec, ".org\n"), "not ASCII");
  diagnostics.report(kHost, find(spec, "name: one\n    hosts: [a.org, b.org]\n"), "two lines");
  diagnostics.report(kHost, find(spec, spec.text()), "the whole file");
  diagnostics.report(kHost, find(spec, "nowhere"), "the file ends too early, see egress.yaml:2:3");
  diagnostics.report(kHost, find(spec, "nowhere"), "the file ends too early, see egress.yaml:4:5");
  add_long_line(fixture);
  add_hostile(fixture);
  diagnostics.report(kTwice, {}, "nothing is in it").path("empty.yaml");
  Diagnostic about;
  about.rule = kAdvice;
  about.severity = Severity::Info;
  about.message = "the mesh lets everything out";
  about.resource = {"networking.istio.io/v1", "Sidecar", "default", "egress"};
  about.help = "set it once for all:\n  istioctl install -f mesh.yaml";
  diagnostics.add(about);
  return fixture;
}

}  // namespace egressctl::render::testing
