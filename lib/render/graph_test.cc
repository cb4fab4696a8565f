#include "lib/render/graph.h"

#include <random>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "lib/render/graph_layout.h"

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

Graph random_graph(std::mt19937& random) {
  const auto below = [&](std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
  };
  Graph out;
  const std::size_t nodes = 2 + below(24);
  for (std::size_t i = 0; i < nodes; ++i)
    out.nodes.push_back({"", static_cast<NodeKind>(below(4)), std::string(below(30), 'x'),
                         std::vector<std::string>(below(4), "line")});
  for (std::size_t i = 0; i < 2 * nodes; ++i) {
    const std::size_t from = below(nodes);
    const std::size_t to = below(nodes);
    if (out.nodes[from].kind < out.nodes[to].kind)
      out.edges.push_back({from, to, i % 3 == 0 ? "label" : "", i % 5 == 0 ? "problem" : ""});
  }
  return out;
}

bool apart(const Box& a, const Box& b) {
  return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y ||
         b.y + b.height <= a.y;
}

TEST_CASE("graph: nodes lie apart inside of the picture, edges pass columns beside their nodes") {
  std::mt19937 random(1);
  for (int run = 0; run < 200; ++run) {
    CAPTURE(run);
    const Graph graph = random_graph(random);
    const Layout layout = lay_out(graph);
    REQUIRE(layout.boxes.size() == graph.nodes.size());
    REQUIRE(layout.routes.size() == graph.edges.size());
    for (std::size_t i = 0; i < layout.boxes.size(); ++i) {
      const Box& box = layout.boxes[i];
      CHECK(box.x >= 0);
      CHECK(box.y >= 0);
      CHECK(box.x + box.width <= layout.width);
      CHECK(box.y + box.height <= layout.height);
      for (std::size_t k = 0; k < i; ++k) CHECK(apart(box, layout.boxes[k]));
    }
    for (const Route& route : layout.routes) {
      CHECK(route.points.size() % 2 == 0);
      for (std::size_t k = 1; k + 1 < route.points.size(); k += 2) {
        const Point& from = route.points[k];
        const Box lane{from.x, from.y, route.points[k + 1].x - from.x, 0};
        for (const Box& box : layout.boxes) CHECK(apart(lane, box));
      }
    }
  }
}

}  // namespace
}  // namespace egressctl::render
