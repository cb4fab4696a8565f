#include "lib/lint/placeholders.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/lint/linter.h"

namespace egressctl::lint {
namespace {

// The ids of what is said of a ServiceEntry with that host.
std::string said_of(const std::string& host, const std::string& port = "443") {
  std::vector<std::unique_ptr<const Source>> sources;
  sources.push_back(std::make_unique<const Source>(
      "a.yaml", fmt::format("apiVersion: networking.istio.io/v1\nkind: ServiceEntry\n"
                            "metadata: {{name: a, namespace: b}}\nspec:\n  hosts:\n  - {}\n"
                            "  ports:\n  - number: {}\n    name: tls\n    protocol: TLS\n"
                            "  resolution: DNS\n",
                            host, port)));
  const Workspace workspace(std::move(sources), 1);
  std::string out;
  for (const Diagnostic& finding : lint(workspace, {}, Depth::Everything, 1))
    out += fmt::format("{} ", finding.rule.id);
  return out;
}

TEST_CASE("placeholders: a value with a variable is not checked, which is told once") {
  CHECK(said_of("a.example.com").empty());
  for (const std::string_view host : {"api.${DOMAIN}", "${DOMAIN:=example.com}", "$DOMAIN_1",
                                      "\"$(DOMAIN)\"", "'api.${domain}'"}) {
    CAPTURE(host);
    CHECK(said_of(std::string(host)) == "EGR0015 ");
  }
  CHECK(said_of("$DOMAIN", "$PORT") == "EGR0015 ");
}

TEST_CASE("placeholders: a dollar that is no variable is left to the checks") {
  for (const std::string_view host : {"a$b.example", "$", "${}", "${a b}", "$(", "x.${DOMAIN"}) {
    CAPTURE(host);
    const std::string said = said_of(fmt::format("'{}'", host));
    CHECK_FALSE(said.empty());
    CHECK(said.find("EGR0015") == std::string::npos);
  }
}

}  // namespace
}  // namespace egressctl::lint
