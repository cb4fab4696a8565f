// EGR0812 refused-log-format
//
// Source: lib/base/log_format.h for what Envoy refuses; istio/istio
// pilot/pkg/model/telemetry_logging.go (buildFileAccessTextLogFormat, buildFileAccessJSONLogFormat,
// accessLogTextFormatters).
#include <nlohmann/json.hpp>

#include "lib/base/log_format.h"
#include "lib/base/text.h"
#include "lib/envoy/visit.h"
#include "lib/lint/context.h"
#include "lib/lint/rules/hygiene/hygiene.h"
#include "lib/yaml/edit.h"
#include "lib/yaml/part.h"

namespace egressctl::lint::rules {
namespace {

using Json = nlohmann::json;

constexpr RuleId kId{"EGR0812", "refused-log-format", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter"};

std::string help_for(const LogFormatMistake& mistake) {
  if (mistake.unknown.empty()) return "write \"%%\" for a \"%\" of its own";
  std::vector<std::string_view> names;
  for (const LogOperator& known : log_operators()) names.push_back(known.name);
  return did_you_mean(mistake.unknown, names);
}

// `own`: the format brings operators of its own.
void check_text(const yaml::Node& node, std::string_view text, bool own, Diagnostics& out) {
  for (const LogFormatMistake& mistake : parse_log_format(text).mistakes) {
    if (own && !mistake.unknown.empty()) continue;
    // Text that JSON holds has no place of its own.
    const std::size_t size = mistake.unknown.empty() ? 1 : mistake.unknown.size();
    const SourceRange place = text.data() == node.scalar.data()
                                  ? yaml::part_of(node, mistake.place, mistake.place + size)
                                  : node.range;
    out.report(kId, place, "{}: Envoy refuses every listener with this format", mistake.what)
        .help(help_for(mistake));
  }
}

// The strings of a format in JSON.
void check_members(const yaml::Node& node, bool own, Diagnostics& out) {
  if (node.is_scalar()) return check_text(node, node.scalar, own, out);
  for (const yaml::Node& item : node.items) check_members(item, own, out);
  for (const yaml::Entry& entry : node.entries) check_members(entry.value, own, out);
}

void check_field(const yaml::Node& message, std::string_view name, bool own, Diagnostics& out) {
  if (const yaml::Node* value = envoy::find_value(message, name)) check_members(*value, own, out);
}

void check_filter(const resource::Resource& resource, Diagnostics& out) {
  for (const auto& patch : *resource.as<resource::EnvoyFilter>()->config_patches) {
    const yaml::Node* value = patch->patch->value.node;
    const envoy::MessageType* type = envoy::patched_type(*patch->apply_to);
    if (value == nullptr || type == nullptr) continue;
    envoy::visit_messages(*value, *type, [&](const yaml::Node& node, const auto& message) {
      if (message.name == "envoy.extensions.access_loggers.file.v3.FileAccessLog") {
        for (const std::string_view name : {"format", "json_format", "typed_json_format"})
          check_field(node, name, false, out);
      } else if (message.name == "envoy.config.core.v3.SubstitutionFormatString") {
        const bool own = !envoy::items_of(envoy::find_value(node, "formatters")).empty();
        for (const std::string_view name : {"text_format", "json_format"})
          check_field(node, name, own, out);
        if (const yaml::Node* source = envoy::find_value(node, "text_format_source"))
          check_field(*source, "inline_string", own, out);
      }
    });
  }
}

// The strings of a format that is JSON in text.
void check_json(const yaml::Node& node, const Json& format, Diagnostics& out) {
  if (format.is_string()) return check_text(node, format.get_ref<const std::string&>(), false, out);
  if (format.is_structured())
    for (const Json& each : format) check_json(node, each, out);
}

void check_mesh(const resource::MeshConfig& config, Diagnostics& out) {
  if (const yaml::Node* format = config.access_log_format.node) {
    if (*config.access_log_encoding == resource::LogEncoding::Json)
      check_json(*format, Json::parse(format->scalar, nullptr, false), out);
    else
      check_text(*format, format->scalar, false, out);
  }
  for (const auto& provider : *config.extension_providers)
    for (const std::string_view kind : {"envoyFileAccessLog", "envoyOtelAls"}) {
      const yaml::Node* logger = provider.node == nullptr ? nullptr : provider.node->find(kind);
      const yaml::Node* format = logger == nullptr ? nullptr : logger->find("logFormat");
      if (format != nullptr) check_members(*format, false, out);
    }
}

void check(const Context& in, Diagnostics& out) {
  const resource::MeshConfig* config = in.mesh().settings().mesh_config;
  if (config != nullptr) check_mesh(*config, out);
  for (const resource::Resource* filter : in.mesh().all(resource::Kind::EnvoyFilter))
    check_filter(*filter, out);
}

}  // namespace

const Rule kRefusedLogFormat{
    .info = {.id = kId,
             .summary = "a format of access logs with what is no operator",
             .why = "Envoy knows each operator by its name, and refuses a listener whose log has "
                    "another one: the proxy keeps what it had, or has no listener at all. Neither "
                    "istiod nor its webhook looks at formats.",
             .mend = "Write the operator as Envoy's reference has it, with its arguments.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
