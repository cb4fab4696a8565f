#include "cli/spec_input.h"

#include <utility>

#include <fmt/format.h>

#include "cli/input.h"
#include "lib/spec/read.h"

namespace egressctl::cli {

Result<SpecInput> read_specs(const std::vector<std::string>& files, Diagnostics& diagnostics) {
  SpecInput input;
  for (const std::string& file : files) {
    auto source = read_input(file);
    if (!source) return tl::unexpected(source.error());
    input.sources.push_back(*std::move(source));
    const Source& text = *input.sources.back();
    const std::size_t before = diagnostics.size();
    auto documents = yaml::load(text, diagnostics);
    if (documents.empty() && diagnostics.size() == before)
      return fail(ErrorCode::Invalid, fmt::format("{} has no spec; `egressctl init` writes one to "
                                                  "start from",
                                                  text.path()));
    for (yaml::Document& document : documents) {
      if (auto spec = spec::read(document, diagnostics)) input.specs.push_back(*std::move(spec));
      input.documents.push_back(std::move(document));
    }
  }
  return input;
}

}  // namespace egressctl::cli
