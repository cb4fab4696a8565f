#include "cli/help.h"

#include <string>
#include <utility>

#include <fmt/format.h>

namespace egressctl::cli {
namespace {

constexpr std::size_t kNameColumn = 34;

class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(kNameColumn); }

  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    if (mode == CLI::AppFormatMode::Sub) return make_expanded(app);
    if (!app->get_name().empty() && app->get_parent() != nullptr)
      name = fmt::format("{} {}", app->get_parent()->get_name(), app->get_name());
    std::string out;
    if (!app->get_footer().empty()) out += app->get_footer() + "\n\n";
    out += app->get_description() + "\n\n" + make_usage(app, name);
    out += make_subcommands(app, mode) + make_positionals(app) + make_groups(app, mode);
    // CLI11 ends each group of options with an empty line and starts the next with one.
    return CLI::detail::find_and_replace(std::move(out), "\n\n\n", "\n\n");
  }

  std::string make_usage(const CLI::App* app, std::string name) const override {
    std::string out = "Usage: " + name;
    if (!app->get_subcommands([](const CLI::App*) { return true; }).empty()) out += " COMMAND";
    out += " [OPTIONS]";
    for (const CLI::Option* option : app->get_options())
      if (option->get_positional()) out += " " + make_option_usage(option);
    return out + "\n";
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    // A default shows in the description; the words of a flag and of a positional are enough here.
    if (option->get_type_size() == 0 || option->get_positional()) return {};
    const std::string type = option->get_type_name();
    return type.empty() ? std::string() : " " + type;
  }

  std::string make_option_desc(const CLI::Option* option) const override {
    std::string out = option->get_description();
    if (!option->get_default_str().empty())
      out += fmt::format(" (default: {})", option->get_default_str());
    if (option->get_required() && !option->get_positional()) out += " (required)";
    return out;
  }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> make_help_formatter() {
  return std::make_shared<HelpFormatter>();
}

}  // namespace egressctl::cli
