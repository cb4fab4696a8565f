// Reads forward.yaml, the configuration file of `egressctl forward`; docs/forward.md explains it.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "lib/base/diagnostic.h"
#include "lib/forward/config.h"
#include "lib/yaml/load.h"

namespace egressctl::datapath {

// What the file says beside the forwarder's own configuration.
struct ForwardFile {
  forward::Config config;
  std::string admin_address;  // empty: the usual one where it is free; "off": none
  bool admin_allow_remote = false;
  std::chrono::milliseconds drain_timeout{30'000};
};

// Reads one document. All findings are reported in one go; std::nullopt when one of them is an
// error. Relative paths of certificates and logs are below `folder`.
[[nodiscard]] std::optional<ForwardFile> read_forward_file(const yaml::Document& document,
                                                           const std::string& folder,
                                                           Diagnostics& diagnostics);

// The file's JSON Schema (draft-07), pretty-printed, with a final newline.
[[nodiscard]] std::string forward_file_schema();

}  // namespace egressctl::datapath
