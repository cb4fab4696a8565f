#include "cli/version.h"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <openssl/crypto.h>

#include "cli/commands.h"
#include "cli/flags.h"
#include "lib/render/json.h"

namespace egressctl::cli {
namespace {

constexpr std::string_view kVersion = EGRESSCTL_VERSION;
#ifdef __clang__
constexpr std::string_view kCompiler = __VERSION__;
#else
constexpr std::string_view kCompiler = "GCC " __VERSION__;
#endif

enum class Form { Text, Json };

std::string as_text() {
  std::string out = fmt::format("{}\ncompiler {}\n", version_line(), kCompiler);
  for (const auto& [name, version] : library_versions())
    out += fmt::format("{} {}\n", name, version);
  return out;
}

std::string as_json() {
  std::string libraries;
  for (const auto& [name, version] : library_versions())
    libraries += fmt::format("{}\n    {}: {}", libraries.empty() ? "" : ",",
                             render::json_string(name), render::json_string(version));
  return fmt::format(
      "{{\n  \"version\": {},\n  \"compiler\": {},\n  \"libraries\": {{{}\n  }}\n}}\n",
      render::json_string(kVersion), render::json_string(kCompiler), libraries);
}

}  // namespace

std::string_view program_version() {
  return kVersion;
}

std::string version_line() {
  return fmt::format("egressctl {}", kVersion);
}

std::vector<std::pair<std::string, std::string>> library_versions() {
  return {{"CLI11", CLI11_VERSION},
          {"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)},
          {"RE2", EGRESSCTL_RE2_VERSION},
          {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100,
                              FMT_VERSION % 100)},
          {"yaml-cpp", EGRESSCTL_YAML_CPP_VERSION}};
}

void add_version(CLI::App& app, Context& context) {
  const auto form = std::make_shared<Form>(Form::Text);
  CLI::App& command = add_command(app, context,
                                  {.name = "version",
                                   .summary = "Print the versions of the program and its libraries",
                                   .examples = {"egressctl version", "egressctl version -o json"}},
                                  [form, &context] {
                                    context.out.write(*form == Form::Json ? as_json() : as_text());
                                    return ExitCode::Done;
                                  });
  using Word = Choice<Form>;
  add_choice<Form>(command, "-o,--output", *form,
                   {Word{"text", Form::Text}, Word{"json", Form::Json}}, "The form of the output");
}

}  // namespace egressctl::cli
