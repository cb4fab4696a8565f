// All templates of a run: the embedded ones, or a user's copies in their place.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/result.h"
#include "lib/base/source.h"
#include "lib/generate/template.h"

namespace egressctl::generate {

// Immutable after loading.
class TemplateSet {
 public:
  // The templates that the program carries.
  [[nodiscard]] static TemplateSet embedded();

  // The embedded templates, each replaced by `directory`/<name>.yaml where that file exists. A
  // template that can't be used, a placeholder that the embedded one does not have, and a file
  // that replaces none are findings; the embedded template stays in their place. Fails with
  // ErrorCode::NotFound when there is no such directory, with Io when a file can't be read.
  [[nodiscard]] static Result<TemplateSet> with_overrides(const std::filesystem::path& directory,
                                                          Diagnostics& diagnostics);

  // The template of that name ("gateway"); it must be one of the embedded ones.
  [[nodiscard]] const Template& get(std::string_view name) const;

  [[nodiscard]] const std::map<std::string, Template, std::less<>>& all() const {
    return templates_;
  }

 private:
  std::map<std::string, Template, std::less<>> templates_;
  std::vector<std::shared_ptr<const Source>> kept_;  // what findings point into
};

}  // namespace egressctl::generate
