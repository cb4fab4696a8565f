#include "lib/resource/metadata.h"

namespace egressctl::resource {

Metadata read_metadata(const Fields& in) {
  return {.name = in.text("name"),
          .name_space = in.text("namespace"),
          .labels = in.text_map("labels"),
          .annotations = in.text_map("annotations"),
          .creation_timestamp = in.text("creationTimestamp")};
}

}  // namespace egressctl::resource
