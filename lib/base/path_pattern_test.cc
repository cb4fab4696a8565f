#include "lib/base/path_pattern.h"

#include <doctest/doctest.h>

namespace egressctl {
namespace {

TEST_CASE("path pattern: what it stands for, as in a .gitignore") {
  struct Row {
    const char* pattern;
    const char* path;
    bool matches;
  };
  for (const Row& row : {
           Row{"gen", "gen", true},
           Row{"gen", "a/b/gen", true},
           Row{"gen", "a/gens", false},
           Row{"*.tmp.yaml", "a/x.tmp.yaml", true},
           Row{"*.tmp.yaml", "a/x.yaml", false},
           Row{"/gen", "gen", true},
           Row{"/gen", "a/gen", false},
           Row{"a/*.yaml", "a/x.yaml", true},
           Row{"a/*.yaml", "b/a/x.yaml", false},
           Row{"a/*.yaml", "a/b/x.yaml", false},
           Row{"a/**/x.yaml", "a/x.yaml", true},
           Row{"a/**/x.yaml", "a/b/c/x.yaml", true},
           Row{"a/**/x.yaml", "ab/x.yaml", false},
           Row{"a/**", "a/b/c", true},
           Row{"a/**", "a", false},
           Row{"**/gen", "x/y/gen", true},
           Row{"a?.yaml", "ab.yaml", true},
           Row{"a?.yaml", "a/.yaml", false},
           Row{"a+(b).yaml", "a+(b).yaml", true},
           Row{"\\*.yaml", "*.yaml", true},
           Row{"\\*.yaml", "a.yaml", false},
           Row{"\\!a", "!a", true},
           Row{"a**b", "axxb", true},
           Row{"a**b", "a/b", false},
           Row{"\xff*", "\xff\xfe", true},
           Row{"", "a", false},
       }) {
    CAPTURE(row.pattern);
    CAPTURE(row.path);
    CHECK(PathPattern(row.pattern).matches(row.path) == row.matches);
  }
}

TEST_CASE("path pattern: a slash at the end is for folders, and for what is in them") {
  const PathPattern pattern("gen/");
  CHECK_FALSE(pattern.matches("gen"));
  CHECK(pattern.matches("a/gen", true));
  CHECK(pattern.covers("a/gen/b/x.yaml"));
  CHECK_FALSE(pattern.covers("a/gen"));
  CHECK(PathPattern("a/*").covers("a/b/c.yaml"));
}

TEST_CASE("path patterns: the last one counts, and ! takes back in") {
  PathPatterns patterns;
  CHECK(patterns.empty());
  patterns.add("*.yaml");
  patterns.add("!keep.yaml");
  patterns.add("/old/keep.yaml");
  CHECK(patterns.exclude("x.yaml", false));
  CHECK_FALSE(patterns.exclude("a/keep.yaml", false));
  CHECK(patterns.exclude("old/keep.yaml", false));
  CHECK_FALSE(patterns.exclude("x.yml", false));
}

}  // namespace
}  // namespace egressctl
