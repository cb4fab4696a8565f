#include "lib/yaml/edit.h"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/yaml/load.h"

namespace egressctl::yaml {
namespace {

using Change = std::function<std::optional<Edit>(const Node& root)>;

// The text with the change made, or "nothing".
std::string changed(const std::string& text, const Change& change) {
  const Source source("a.yaml", text);
  Diagnostics findings;
  const std::vector<Document> documents = load(source, findings);
  REQUIRE(documents.size() == 1);
  const auto edit = change(documents[0].root());
  if (!edit) return "nothing";
  std::string out = text;
  return out.replace(edit->range.begin, edit->range.end - edit->range.begin, edit->text);
}

std::string without(const std::string& text, std::string_view key) {
  return changed(text, [&](const Node& root) { return remove_entry(root, key); });
}

}  // namespace

TEST_CASE("edit: a string is replaced in its quotes") {
  const auto replaced = [](const std::string& text, std::string_view value) {
    return changed(text, [&](const Node& root) { return replace_string(*root.find("a"), value); });
  };
  CHECK(replaced("a: X.Y # c\n", "x.y") == "a: x.y # c\n");
  CHECK(replaced("a: 'X.Y'\n", "x.y") == "a: 'x.y'\n");
  CHECK(replaced("a: \"X.Y\"\n", "x.y") == "a: \"x.y\"\n");
  CHECK(replaced("a: X\n", "*.y") == "a: \"*.y\"\n");
  CHECK(replaced("a: 'X'\n", "it's") == "a: \"it's\"\n");
  CHECK(replaced("a: \"X\\x41\"\n", "y") == "nothing");
  CHECK(replaced("a: |\n  X\n", "y") == "nothing");
}

TEST_CASE("edit: an entry goes with its lines, or with a comma") {
  CHECK(without("a: 1\nb: 2 # c\nc: 3\n", "b") == "a: 1\nc: 3\n");
  CHECK(without("a:\n- x\n- y\n\n# of b\nb: 2\n", "a") == "\n# of b\nb: 2\n");
  CHECK(without("b: 2\na:\n  x:\n    y: 1\n", "a") == "b: 2\n");
  CHECK(without("b: 2\na: |\n  one\n  two\n", "a") == "b: 2\n");
  CHECK(without("a:\nb: 2\n", "a") == "b: 2\n");
  CHECK(without("b: 2\na: 1", "a") == "b: 2\n");
  CHECK(without("{a: 1, b: 2, c: [3, 4]}\n", "a") == "{b: 2, c: [3, 4]}\n");
  CHECK(without("{a: 1, b: 2, c: [3, 4]}\n", "b") == "{a: 1, c: [3, 4]}\n");
  CHECK(without("{a: 1, b: 2, c: [3, 4]}\n", "c") == "{a: 1, b: 2}\n");
  CHECK(without("a: 1\n", "a") == "nothing");
  CHECK(without("a: 1\n", "b") == "nothing");
}

TEST_CASE("edit: the first entry of a list's item stays, for its dash") {
  CHECK(changed("- a: 1\n  b: 2\n",
                [](const Node& root) { return remove_entry(root.items[0], "a"); }) == "nothing");
  CHECK(changed("- a: 1\n  b: 2\n",
                [](const Node& root) { return remove_entry(root.items[0], "b"); }) == "- a: 1\n");
}

TEST_CASE("edit: an item goes with its dash") {
  const auto removed = [](const std::string& text, std::size_t index) {
    return changed(text, [&](const Node& root) { return remove_item(root, index); });
  };
  CHECK(removed("- a\n- b # x\n- c\n", 1) == "- a\n- c\n");
  CHECK(removed("- a\n- b: 1\n  c: 2\n", 1) == "- a\n");
  CHECK(removed("[a, 'b', c]\n", 1) == "[a, c]\n");
  CHECK(removed("[a, 'b', c]\n", 2) == "[a, 'b']\n");
  CHECK(removed("- a\n", 0) == "nothing");
  CHECK(removed("- - a\n  - b\n- c\n", 0) == "nothing");
}

TEST_CASE("edit: an item is added behind the last") {
  const auto added = [](const std::string& text) {
    return changed(text, [&](const Node& root) { return append_item(*root.find("a"), "*.x"); });
  };
  CHECK(added("a:\n- b # why\nc: 1\n") == "a:\n- b # why\n- \"*.x\"\nc: 1\n");
  CHECK(added("a:\n  - b") == "a:\n  - b\n  - \"*.x\"");
  CHECK(added("a: [b, 'c']\n") == "a: [b, 'c', \"*.x\"]\n");
  CHECK(added("a: []\n") == "nothing");
}

TEST_CASE("edit: an entry is added before the first") {
  const auto added = [](const std::string& text) {
    return changed(text, [&](const Node& root) {
      return insert_entry(root.is_sequence() ? root.items[0] : root, "k", "[1]");
    });
  };
  CHECK(added("a: 1\n") == "k: [1]\na: 1\n");
  CHECK(added("  - a: 1\n    b: 2\n") == "  - k: [1]\n    a: 1\n    b: 2\n");
  CHECK(added("{a: 1}\n") == "{k: [1], a: 1}\n");
  CHECK(added("{}\n") == "nothing");
}

}  // namespace egressctl::yaml
