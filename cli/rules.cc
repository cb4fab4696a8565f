// egressctl rules and egressctl explain: what lint reports.
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/report.h"
#include "lib/base/text.h"
#include "lib/lint/registry.h"
#include "lib/lint/rule_docs.h"

namespace egressctl::cli {
namespace {

enum class Form { Text, Json, Markdown };

void add_form(CLI::App& command, Form& form) {
  add_choice<Form>(command, "-o,--output", form,
                   {{"text", Form::Text}, {"json", Form::Json}, {"markdown", Form::Markdown}},
                   "The form of the output");
}

std::string show(std::span<const lint::Rule* const> rules, Form form) {
  switch (form) {
    case Form::Json: return lint::rules_as_json(rules);
    case Form::Markdown: return lint::rules_as_markdown(rules);
    case Form::Text: break;
  }
  return lint::rules_as_text(rules);
}

ExitCode explain(Context& context, const std::string& word, Form form) {
  const lint::Rule* rule = lint::find_rule(word);
  if (rule == nullptr) {
    const std::string suggestion = did_you_mean(word, lint::rule_words());
    return report(context, Error{ErrorCode::Usage,
                                 fmt::format("no rule \"{}\"; {}", word,
                                             suggestion.empty() ? "`egressctl rules` lists them"
                                                                : suggestion)});
  }
  const lint::Rule* const one[] = {rule};
  context.out.write(form == Form::Text ? lint::explain(*rule) : show(one, form));
  return ExitCode::Done;
}

}  // namespace

void add_rules(CLI::App& app, Context& context) {
  const auto form = std::make_shared<Form>(Form::Text);
  CLI::App& command =
      add_command(app, context,
                  {.name = "rules",
                   .summary = "List what lint reports",
                   .examples = {"egressctl rules", "egressctl rules -o markdown > rules.md"}},
                  [form, &context] {
                    context.out.write(show(lint::all_rules(), *form));
                    return ExitCode::Done;
                  });
  add_form(command, *form);
}

void add_explain(CLI::App& app, Context& context) {
  struct Flags {
    std::string rule;
    Form form = Form::Text;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = add_command(
      app, context,
      {.name = "explain",
       .summary = "Tell what a rule finds, what happens, and what to do",
       .examples = {"egressctl explain EGR0203", "egressctl explain match-gateway-not-bound"}},
      [flags, &context] { return explain(context, flags->rule, flags->form); });
  command.add_option("RULE", flags->rule, "The id or the name of a rule")->required();
  add_form(command, flags->form);
}

}  // namespace egressctl::cli
