#include "lib/yaml/append.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "lib/yaml/load.h"

namespace egressctl::yaml {
namespace {

std::string applied(std::string text, const std::optional<Edit>& edit) {
  if (!edit) return "none";
  return text.replace(edit->range.begin, edit->range.end - edit->range.begin, edit->text);
}

std::string appended(const std::string& text) {
  const Source source("a.yaml", text);
  return applied(text, append_document(source, "b: 2\n"));
}

TEST_CASE("append: a document comes behind the last one, in the line ends of the file") {
  CHECK(appended("a: 1\n") == "a: 1\n---\nb: 2\n");
  CHECK(appended("a: 1") == "a: 1\n---\nb: 2\n");
  CHECK(appended("a: 1\r\n") == "a: 1\r\n---\r\nb: 2\r\n");
  CHECK(appended("# only a comment\n") == "# only a comment\n---\nb: 2\n");
  CHECK(appended("{\"a\": 1}\n") == "none");
}

std::string prepended(const std::string& text) {
  const Source source("a.yaml", text);
  Diagnostics diagnostics;
  const auto documents = load(source, diagnostics);
  return applied(text, prepend_item(*documents.at(0).root().find("a"), "{n: 0}"));
}

TEST_CASE("append: an item comes before the first one") {
  CHECK(prepended("a:\n- n: 1\n") == "a:\n- {n: 0}\n- n: 1\n");
  CHECK(prepended("a:\n  # one\n  - n: 1\n    m: 2\n") ==
        "a:\n  # one\n  - {n: 0}\n  - n: 1\n    m: 2\n");
  CHECK(prepended("a: [{n: 1}]\n") == "a: [{n: 0}, {n: 1}]\n");
  CHECK(prepended("a:\n-\n  n: 1\n") == "none");
  CHECK(prepended("a: []\n") == "none");
}

}  // namespace
}  // namespace egressctl::yaml
