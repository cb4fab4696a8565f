// Extensions: messages inside of google.protobuf.Any, and the names beside them.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/envoy/message.h"
#include "lib/envoy/message_walk.h"
#include "lib/envoy/rules.h"
#include "lib/envoy/type_names.h"
#include "lib/envoy/visit.h"
#include "lib/resource/value_type.h"
#include "lib/yaml/edit.h"

namespace egressctl::envoy {
namespace {

constexpr std::string_view kTypeKey = "@type";
constexpr std::string_view kUrlPrefix = "type.googleapis.com/";

// Names of plugins that need no configuration.
constexpr std::string_view kByNameAlone =
    "envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.MetadataCredentialsFromPlugin";

// What may stand in a message that holds an extension.
struct Category {
  std::string_view message;
  std::string_view packages;  // of the extension's type, behind "envoy.extensions."
  std::string_view what;
};

constexpr Category kCategories[] = {
    {"envoy.config.listener.v3.Filter", "filters.network.", "a network filter"},
    {"envoy.config.cluster.v3.Filter", "filters.network.", "a network filter"},
    {"envoy.config.listener.v3.ListenerFilter", "filters.listener.", "a listener filter"},
    {"envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter", "filters.http.",
     "an HTTP filter"},
    {"envoy.config.core.v3.TransportSocket", "transport_sockets.", "a transport socket"},
    {"envoy.config.accesslog.v3.AccessLog", "access_loggers.", "an access logger"},
};

const Category* category_of(const MessageType* message) {
  const auto* const found = std::find_if(
      std::begin(kCategories), std::end(kCategories),
      [&](const Category& each) { return message != nullptr && each.message == message->name; });
  return found == std::end(kCategories) ? nullptr : found;
}

// The messages of a package, "envoy.extensions.filters.network.echo.v3.".
std::span<const MessageType* const> messages_of(std::string_view package) {
  const auto all = all_messages();
  const auto first = std::lower_bound(
      all.begin(), all.end(), package,
      [](const MessageType* message, std::string_view name) { return message->name < name; });
  auto last = first;
  while (last != all.end() && (*last)->name.starts_with(package)) ++last;
  return {first, last};
}

std::string package_of_name(std::string_view name) {
  constexpr std::string_view kEnvoy = "envoy.";
  if (!name.starts_with(kEnvoy)) return {};
  return fmt::format("envoy.extensions.{}.v3.", name.substr(kEnvoy.size()));
}

// The type of an extension's configuration, when it is the only message of its package.
const MessageType* only_type_of(std::string_view name) {
  const auto found = messages_of(package_of_name(name));
  return found.size() == 1 ? found.front() : nullptr;
}

bool demands_nothing(const MessageType& type) {
  return std::none_of(type.fields.begin(), type.fields.end(),
                      [](const Field& field) { return field.required; }) &&
         std::none_of(type.oneofs.begin(), type.oneofs.end(),
                      [](const Oneof& oneof) { return oneof.required; });
}

// A type that was meant by one that nothing has.
std::string_view meant_type(std::string_view name) {
  const auto all = all_messages();
  const std::size_t dot = name.rfind('.');
  const std::string last =
      fmt::format(".{}", dot != std::string_view::npos ? name.substr(dot + 1) : name);
  std::string_view same_end;
  std::size_t count = 0;
  std::vector<std::string_view> names;
  for (const MessageType* message : all) {
    names.push_back(message->name);
    if (!message->name.ends_with(last)) continue;
    same_end = message->name;
    ++count;
  }
  if (const auto near = nearest(name, names)) return *near;
  return count == 1 ? same_end : std::string_view();
}

}  // namespace

void MessageWalk::any(const yaml::Node& node, const Spot& spot) {
  if (!node.is_mapping()) {
    findings_.wrong_type(node, resource::kExpectMapping);
    return;
  }
  const yaml::Node* url = node.find(kTypeKey);
  if (url == nullptr || url->is_null()) return missing_type(node, spot);
  if (!resource::is_string(*url)) {
    findings_.wrong_type(*url, resource::kExpectString);
    return;
  }
  const std::string_view name = name_in_url(url->scalar);
  if (name.size() == url->scalar.size()) {
    auto builder = findings_.report(kUnknownTypeUrl, url->range,
                                    "type URL \"{}\" has nothing before the type: Envoy takes only "
                                    "\"{}{}\"",
                                    name, kUrlPrefix, name);
    if (auto edit = yaml::replace_string(*url, fmt::format("{}{}", kUrlPrefix, name)))
      builder.fix({.title = fmt::format("put \"{}\" before it", kUrlPrefix),
                   .safe = true,
                   .edits = {*edit}});
  }
  if (name.starts_with("google.protobuf.")) return;  // written as {"@type", "value"}
  const MessageType* message = find_message(name);
  if (message == nullptr) return unknown_type(*url, name);
  Spot inside = spot;
  inside.in_any = true;
  if (is_typed_struct(name)) {
    this->message(node, *message, inside);
    const yaml::Entry* type = find_field(node, "type_url");
    const yaml::Entry* value = find_field(node, "value");
    if (type == nullptr) return;
    misplaced(type->value, name_in_url(type->value.scalar), spot);
    const MessageType* held = find_message(name_in_url(type->value.scalar));
    if (held == nullptr || value == nullptr) return;
    inside.in_any = false;
    inside.head = value->key.range;
    return this->message(value->value, *held, inside);
  }
  misplaced(*url, name, spot);
  this->message(node, *message, inside);
}

void MessageWalk::missing_type(const yaml::Node& node, const Spot& spot) {
  for (const yaml::Entry& entry : node.entries) {
    if (entry.value.scalar.find(kUrlPrefix) == std::string_view::npos) continue;
    auto builder = findings_.report(kMissingTypedConfig, entry.key.range,
                                    "\"{}\" holds the type, which Envoy reads from \"{}\"",
                                    entry.key.scalar, kTypeKey);
    builder.alias(std::string(kIstioError)).help("rename it to \"@type\"");
    // The key needs quotes: a plain scalar can't start with an "@".
    if (!entry.key.from_alias)
      builder.fix({.title = "rename it to \"@type\"",
                   .safe = true,
                   .edits = {{.range = entry.key.range, .text = "\"@type\""}}});
    return;
  }
  findings_
      .missing(kMissingTypedConfig, node, spot.head, kTypeKey,
               "\"{}\" does not say what type it has", spot.key)
      .help(fmt::format("add \"@type\": {}... to it", kUrlPrefix))
      .alias(std::string(kIstioError));
}

void MessageWalk::unknown_type(const yaml::Node& url, std::string_view name) {
  const MessageType* successor = successor_of_v2(name);
  const std::string_view reason = removal_of_type(name);
  if (successor != nullptr || is_v2_type(name)) {
    auto builder = findings_.report(
        kRemovedName, url.range, "type \"{}\" is of version 2 of Envoy's API, which is gone", name);
    builder.alias(std::string(kIstioError));
    if (successor == nullptr) {
      builder.help("use the type of version 3");
      return;
    }
    builder.help(fmt::format("use \"{}\"", successor->name));
    if (auto edit = yaml::replace_string(url, fmt::format("{}{}", kUrlPrefix, successor->name)))
      builder.fix(
          {.title = fmt::format("use \"{}\"", successor->name), .safe = true, .edits = {*edit}});
    return;
  }
  if (!reason.empty()) {
    findings_.report(kRemovedName, url.range, "nothing has the type \"{}\": {}", name, reason)
        .alias(std::string(kIstioError))
        .help("remove the patch");
    return;
  }
  auto builder = findings_.report(kUnknownTypeUrl, url.range,
                                  "neither Envoy nor Istio has a type \"{}\"", name);
  builder.alias(std::string(kIstioError));
  const std::string_view meant = meant_type(name);
  if (meant.empty()) {
    builder.help("give the configuration of an extension of your own as xds.type.v3.TypedStruct");
    return;
  }
  builder.help(fmt::format("did you mean \"{}\"?", meant));
  if (auto edit = yaml::replace_string(url, fmt::format("{}{}", kUrlPrefix, meant)))
    builder.fix({.title = fmt::format("use \"{}\"", meant), .safe = true, .edits = {*edit}});
}

void MessageWalk::misplaced(const yaml::Node& url, std::string_view name, const Spot& spot) {
  const Category* category = category_of(spot.parent == nullptr ? nullptr : spot.parent->type);
  if (category == nullptr) return;
  const std::string_view package = extension_of_type(name);
  const bool filter = package.starts_with("filters.");
  const bool sorted =
      filter || package.starts_with("transport_sockets.") || package.starts_with("access_loggers.");
  // Some extensions fit several kinds: listener filters are UDP filters, too.
  const bool udp = package.starts_with("filters.udp.") && category->packages == "filters.listener.";
  if (sorted && !udp && !package.starts_with(category->packages)) {
    findings_.report(kMisplacedExtension, url.range, "\"{}\" is no configuration of {}", name,
                     category->what);
    return;
  }
  if (category->packages != "transport_sockets.") return;
  const bool wrong = (name.ends_with(".UpstreamTlsContext") && spot.side == Side::Downstream) ||
                     (name.ends_with(".DownstreamTlsContext") && spot.side == Side::Upstream);
  if (!wrong) return;
  const bool up = spot.side == Side::Upstream;
  findings_
      .report(kMisplacedExtension, url.range, "\"{}\" is for {}, and this is a {}", name,
              up ? "listeners" : "clusters", up ? "cluster" : "filter chain")
      .help(fmt::format("use \"envoy.extensions.transport_sockets.tls.v3.{}\"",
                        up ? "UpstreamTlsContext" : "DownstreamTlsContext"));
}

bool MessageWalk::extension(const yaml::Node& node, const MessageType& type, const Spot& spot) {
  const yaml::Entry* config = find_field(node, "typed_config");
  const yaml::Entry* name = find_field(node, "name");
  const bool named = name != nullptr && resource::is_string(name->value);
  if (config == nullptr && find_field(node, "config_discovery") == nullptr && !spot.merged &&
      type.name != kByNameAlone) {
    if (named && !removal_of_name(name->value.scalar).empty())
      extension_name(name->value, nullptr, spot);
    else
      missing_config(node, named ? &name->value : nullptr, spot);
    return true;
  }
  if (named) extension_name(name->value, config == nullptr ? nullptr : &config->value, spot);
  return false;
}

void MessageWalk::missing_config(const yaml::Node& node, const yaml::Node* name, const Spot& spot) {
  const std::string_view own = name == nullptr ? std::string_view("") : name->scalar;
  const Category* category = category_of(spot.type);
  const yaml::Entry* old = node.find_entry("config");
  if (old != nullptr) {
    auto builder =
        findings_.report(kMissingTypedConfig, old->key.range,
                         "\"config\" is gone since version 3 of Envoy's API: \"{}\" needs "
                         "\"typed_config\"",
                         own);
    builder.help("rename it to \"typed_config\" and add \"@type\"");
    if (!spot.listed) builder.alias(std::string(kIstioWarning));
    return;
  }
  auto builder = findings_.missing(
      kMissingTypedConfig, node, spot.head, "typed_config",
      "\"{}\" has no \"typed_config\", and Envoy finds {} by the type of that alone", own,
      category == nullptr ? "an extension" : category->what);
  if (!spot.listed) builder.alias(std::string(kIstioWarning));
  const bool http = category != nullptr && category->packages == "filters.http.";
  const std::string_view now = new_name(own, http);
  const MessageType* type = only_type_of(now.empty() ? own : now);
  if (type == nullptr) {
    builder.help("add \"typed_config\" with the \"@type\" of its configuration");
    return;
  }
  builder.help(fmt::format("add \"typed_config\" with \"@type\": {}{}", kUrlPrefix, type->name));
  if (!demands_nothing(*type)) return;
  if (auto edit = yaml::insert_entry(node, "typed_config",
                                     fmt::format(R"({{"@type": {}{}}})", kUrlPrefix, type->name)))
    builder.fix(
        {.title = fmt::format("add the type \"{}\"", type->name), .safe = true, .edits = {*edit}});
}

void MessageWalk::extension_name(const yaml::Node& name, const yaml::Node* config,
                                 const Spot& spot) {
  const std::string_view type = config == nullptr ? std::string_view() : type_in_any(*config);
  const std::string_view gone = removal_of_name(name.scalar);
  if (!gone.empty() && find_message(type) == nullptr) {
    findings_.report(kRemovedName, name.range, "there is no filter \"{}\": {}", name.scalar, gone)
        .help("remove the patch");
    return;
  }
  const Category* category = category_of(spot.type);
  const bool http = category != nullptr && category->packages == "filters.http.";
  const std::string_view now = new_name(name.scalar, http);
  if (!now.empty()) {
    auto builder =
        findings_.report(kRemovedName, name.range,
                         "\"{}\" is called \"{}\" now; patches that look for that name do "
                         "not find it",
                         name.scalar, now);
    // The type of the configuration is what counts; Istio's own documentation has such names.
    builder.severity(config != nullptr ? Severity::Info : Severity::Warning)
        .help(fmt::format("write \"{}\"", now));
    if (auto edit = yaml::replace_string(name, now))
      builder.fix({.title = fmt::format("write \"{}\"", now), .safe = true, .edits = {*edit}});
    return;
  }
  const std::string_view extension = extension_of_type(type);
  if (extension.empty() || !name.scalar.starts_with("envoy.")) return;
  if (category != nullptr && !extension.starts_with(category->packages)) return;  // misplaced
  if (name.scalar.substr(6) == extension || messages_of(package_of_name(name.scalar)).empty())
    return;
  findings_.report(
      kNameContradictsType, name.range,
      "the name says \"{}\", the type of its configuration \"{}\", which is what counts",
      name.scalar, type);
}

}  // namespace egressctl::envoy
