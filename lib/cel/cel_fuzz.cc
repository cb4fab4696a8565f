// Any bytes as a CEL expression, up to a NUL, and as the YAML of `self` behind it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"
#include "lib/cel/program.h"
#include "lib/yaml/load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace egressctl;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(text.find('\0'), text.size());
  const auto program = cel::Program::compile(std::string_view(text).substr(0, end));
  if (!program) return 0;
  const Source source("self.yaml", end < size ? text.substr(end + 1) : "{a: 1, b: [x, y]}");
  Diagnostics findings;
  const std::vector<yaml::Document> documents = yaml::load(source, findings);
  const yaml::Node nothing;
  const yaml::Node& self = documents.empty() ? nothing : documents.front().root();
  static_cast<void>(program->evaluate(cel::Value::of_node(self)));
  return 0;
}
