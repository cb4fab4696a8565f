// egressctl schema: the JSON Schema of what people write.
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/flags.h"
#include "lib/datapath/forward_file.h"
#include "lib/lint/configuration.h"
#include "lib/spec/read.h"

namespace egressctl::cli {

void add_schema(CLI::App& app, Context& context) {
  const auto name = std::make_shared<std::string>();
  CLI::App& command =
      add_command(app, context,
                  {.name = "schema",
                   .summary = "Print the JSON Schema of a file, for editors",
                   .examples = {"egressctl schema spec > egress.schema.json",
                                "egressctl schema config > .egressctl.schema.json"}},
                  [name, &context] {
                    context.out.write(*name == "forward"  ? datapath::forward_file_schema()
                                      : *name == "config" ? lint::configuration_schema()
                                                          : spec::json_schema());
                    return ExitCode::Done;
                  });
  add_word_argument(command, "NAME", {"spec", "config", "forward"}, *name, "Which schema");
}

}  // namespace egressctl::cli
