#include "lib/render/graph.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace egressctl::render {
namespace {

Graph hostile() {
  Graph out;
  out.nodes = {{"a", NodeKind::Client, "a \"b\" <c> & \x1b[31m", {}},
               {"b", NodeKind::Host, "host", {"x<y", "z"}}};
  out.edges = {{0, 1, "TLS <1>", "reset \"now\""}};
  return out;
}

TEST_CASE("graph: hostile text is text in every form") {
  const Graph graph = hostile();
  for (const std::string& text :
       {to_svg(graph), to_dot(graph), to_mermaid(graph), to_outline(graph), to_json(graph)})
    CHECK(text.find('\x1b') == std::string::npos);
  const std::string svg = to_svg(graph);
  CHECK(svg.find("a &quot;b&quot; &lt;c&gt; &amp;") != std::string::npos);
  CHECK(svg.find("<c>") == std::string::npos);
  CHECK(to_dot(graph).find("a \\\"b\\\"") != std::string::npos);
  CHECK(nlohmann::json::parse(to_json(graph)).at("edges").at(0).at("problem") == "reset \"now\"");
}

TEST_CASE("graph: problems are marked, an empty graph is a drawing, too") {
  CHECK(to_svg(hostile()).find("class=\"edge bad\"") != std::string::npos);
  CHECK(to_mermaid(hostile()).find("linkStyle 0 stroke:red") != std::string::npos);
  CHECK(to_outline(hostile()).find("-x host") != std::string::npos);
  CHECK(to_svg({}).starts_with("<svg "));
  CHECK(to_outline({}).empty());
}

}  // namespace
}  // namespace egressctl::render
