#include "cli/forward/file_source.h"

#include <filesystem>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "cli/input.h"
#include "cli/report.h"
#include "lib/yaml/load.h"

namespace egressctl::cli {

Result<datapath::ForwardFile> load_forward_file(Context& context, const std::string& path) {
  const auto source = read_input(path);
  if (!source) return tl::unexpected(source.error());
  Diagnostics diagnostics;
  const auto documents = yaml::load(**source, diagnostics);
  const std::string folder = path == "-" ? "" : std::filesystem::path(path).parent_path().string();
  std::optional<datapath::ForwardFile> file;
  if (documents.size() == 1)
    file = datapath::read_forward_file(documents.front(), folder, diagnostics);
  const bool silent = diagnostics.size() == 0;
  static_cast<void>(
      report(context, std::move(diagnostics), {.files = 1, .documents = documents.size()}));
  if (file) return *std::move(file);
  return fail(ErrorCode::Usage,
              silent ? fmt::format("{} has {} documents; expected one", path, documents.size())
                     : fmt::format("the configuration in {} can't be used", path));
}

}  // namespace egressctl::cli
