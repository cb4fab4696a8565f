// Where the parts of a graph's picture lie.
//
// Nodes stand in columns by their kind. An edge that passes a column has a lane of its own there,
// so that it never runs behind a node. The order within columns has few crossings, and nodes stand
// beside what they are joined to.
//
// Source: Sugiyama, Tagawa, Toda: Methods for Visual Understanding of Hierarchical System
// Structures (1981), with least-squares placement (isotonic regression) in each column.
#pragma once

#include <string_view>
#include <vector>

#include "lib/render/graph.h"

namespace egressctl::render {

// All lengths are in pixels, y grows downwards.
struct Point {
  double x = 0;
  double y = 0;
};

struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

struct Text {
  Point at;                // the baseline's start, or its end
  bool ends_here = false;  // `at` is its end
};

// The way of an edge: from points()[0] in a curve to [1], straight on to [2], in a curve to [3],
// ...
struct Route {
  std::vector<Point> points;
  Text label;
  Text problem;
};

struct ColumnHead {
  std::string_view title;
  double x = 0;
};

struct Layout {
  double width = 0;
  double height = 0;
  std::vector<Box> boxes;     // of Graph::nodes
  std::vector<Route> routes;  // of Graph::edges
  std::vector<ColumnHead> heads;
};

inline constexpr double kLineHeight = 17;  // of text
inline constexpr double kNodePadding = 10;
inline constexpr double kPictureMargin = 24;
inline constexpr double kArrowLength = 7;

[[nodiscard]] Layout lay_out(const Graph& graph);

}  // namespace egressctl::render
