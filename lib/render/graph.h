// A picture of who reaches what: nodes in columns, edges from left to right.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace egressctl::render {

// What a node stands for; also its column, from left to right.
enum class NodeKind { Client, Gateway, SniProxy, Host };

struct GraphNode {
  std::string id;  // unique
  NodeKind kind = NodeKind::Client;
  std::string title;
  std::vector<std::string> lines;  // below the title
};

struct GraphEdge {
  std::size_t from = 0;  // places in Graph::nodes
  std::size_t to = 0;
  std::string label;    // what goes over it: "mTLS, SNI a.example"
  std::string problem;  // what breaks or leaks there; empty: nothing
};

struct Graph {
  std::vector<GraphNode> nodes;
  std::vector<GraphEdge> edges;
};

// A drawing that needs nothing else, in the reader's light or dark colours. Problems are red.
[[nodiscard]] std::string to_svg(const Graph& graph);

// For Graphviz.
[[nodiscard]] std::string to_dot(const Graph& graph);

// For Markdown.
[[nodiscard]] std::string to_mermaid(const Graph& graph);

// For terminals: each edge under the node that it starts at.
[[nodiscard]] std::string to_outline(const Graph& graph);

// {"nodes": [{"id", "kind", "title", "lines"}], "edges": [{"from", "to", "label", "problem"}]}.
[[nodiscard]] std::string to_json(const Graph& graph);

}  // namespace egressctl::render
