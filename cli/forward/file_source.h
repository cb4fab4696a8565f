// forward.yaml as what a forwarder is to run.
#pragma once

#include <string>

#include "cli/command.h"
#include "lib/base/result.h"
#include "lib/datapath/forward_file.h"

namespace egressctl::cli {

// Reads the file and reports on `context.err` what is wrong with it. Fails with ErrorCode::Usage
// when it can't be used.
[[nodiscard]] Result<datapath::ForwardFile> load_forward_file(Context& context,
                                                              const std::string& path);

}  // namespace egressctl::cli
