// egressctl init: a spec to start from.
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/report.h"
#include "lib/base/host_name.h"
#include "lib/generate/output_tree.h"
#include "lib/spec/read.h"

namespace egressctl::cli {
namespace {

struct Flags {
  std::string file = "egress.yaml";
  std::string name = "egress";
  bool force = false;
};

// Makes an empty file where nothing is. Two runs at once can't both think they were first.
Result<void> claim(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file >= 0) {
    ::close(file);
    return {};
  }
  if (errno == EEXIST)
    return fail(ErrorCode::Io,
                fmt::format("{} is there already; choose another file, or replace it "
                            "with --force",
                            path));
  return fail(ErrorCode::Io,
              fmt::format("can't write {}: {}", path, std::generic_category().message(errno)));
}

ExitCode init(Context& context, const Flags& flags) {
  if (!is_dns_label(flags.name))
    return report(context, Error{ErrorCode::Usage,
                                 fmt::format("--name: \"{}\" is no DNS label: 1 to 63 of a-z, 0-9 "
                                             "and '-', a letter or digit first and last",
                                             flags.name)});
  const std::string text = spec::starter(flags.name);
  if (flags.file == "-") {
    context.out.write(text);
    return ExitCode::Done;
  }
  if (!flags.force)
    if (const auto claimed = claim(flags.file); !claimed) return report(context, claimed.error());
  if (const auto written = generate::write_file(flags.file, text); !written)
    return report(context, written.error());
  if (!context.flags.quiet)
    context.err.write(
        fmt::format("wrote {0}; edit it, then run: egressctl generate {0}\n", flags.file));
  return ExitCode::Done;
}

}  // namespace

void add_init(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command =
      add_command(app, context,
                  {.name = "init",
                   .summary = "Write a commented spec to start from",
                   .examples = {"egressctl init", "egressctl init team-a.yaml --name team-a"}},
                  [flags, &context] { return init(context, *flags); });
  command.add_option("FILE", flags->file, "Where to write it; - is standard output")
      ->type_name("FILE")
      ->capture_default_str();
  command.add_option("--name", flags->name, "The set's name, a DNS label")
      ->type_name("NAME")
      ->capture_default_str();
  command.add_flag("--force", flags->force, "Replace the file if it is there");
}

}  // namespace egressctl::cli
