// All commands, one function each. See command.h for how they are made.
#pragma once

#include "cli/command.h"

namespace egressctl::cli {

void add_init(CLI::App& app, Context& context);
void add_generate(CLI::App& app, Context& context);
void add_lint(CLI::App& app, Context& context);
void add_validate(CLI::App& app, Context& context);
void add_proxy_config(CLI::App& app, Context& context);
void add_envoy(CLI::App& app, Context& context);
void add_trace(CLI::App& app, Context& context);
void add_logs(CLI::App& app, Context& context);
void add_diff(CLI::App& app, Context& context);
void add_audit(CLI::App& app, Context& context);
void add_graph(CLI::App& app, Context& context);
void add_rules(CLI::App& app, Context& context);
void add_explain(CLI::App& app, Context& context);
void add_forward(CLI::App& app, Context& context);
void add_schema(CLI::App& app, Context& context);
void add_completion(CLI::App& app, Context& context);
void add_version(CLI::App& app, Context& context);

}  // namespace egressctl::cli
