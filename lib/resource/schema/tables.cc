#include "lib/resource/schema/tables.h"

#include <cassert>

#include "lib/resource/schema/notation.h"

namespace egressctl::resource {
namespace {

SchemaSet read_all() {
  SchemaSet schemas;
  for (const EmbeddedFile& file : embedded_schemas()) {
    [[maybe_unused]] const auto done = read_notation(file.text, schemas);
    assert(done && "a table of the program's own is malformed");
  }
  return schemas;
}

}  // namespace

const SchemaSet& built_in_schemas() {
  static const SchemaSet kSchemas = read_all();
  return kSchemas;
}

}  // namespace egressctl::resource
