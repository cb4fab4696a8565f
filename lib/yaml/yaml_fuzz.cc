// Reads any bytes as YAML: nothing crashes, every node lies in the input, and what is emitted for a
// scalar reads back as the same text.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "lib/base/text.h"
#include "lib/yaml/emit.h"
#include "lib/yaml/load.h"
#include "lib/yaml/scalar.h"

using namespace egressctl;

namespace {

void check(const yaml::Node& node, std::size_t size) {
  if (node.range.begin > node.range.end || node.range.end > size) std::abort();
  for (const yaml::Node& item : node.items) check(item, size);
}

void check_emitted(const std::string& text) {
  const Source source("emitted.yaml", "v: " + yaml::emit_string(text) + "\n");
  Diagnostics diagnostics;
  const auto documents = yaml::load(source, diagnostics);
  if (!diagnostics.empty() || documents.size() != 1) std::abort();
  const yaml::Node* value = documents[0].root().find("v");
  if (value == nullptr || yaml::as_string(*value) != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Source source("fuzz.yaml", text);
  Diagnostics diagnostics;
  for (const yaml::Document& document : yaml::load(source, diagnostics))
    check(document.root(), size);
  if (size < 1000 && !first_invalid_utf8(text)) check_emitted(text);
  return 0;
}
