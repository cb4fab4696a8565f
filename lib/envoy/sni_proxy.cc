// Listeners that forward by SNI.
//
// Source: envoyproxy.io, "SNI dynamic forward proxy": the filter reads the name that the TLS
// inspector found.
#include <algorithm>

#include "lib/envoy/patch_checks.h"
#include "lib/envoy/rules.h"
#include "lib/envoy/visit.h"
#include "lib/yaml/edit.h"

namespace egressctl::envoy {
namespace {

constexpr std::string_view kForwarder =
    "envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig";
constexpr std::string_view kTcpProxy = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";
constexpr std::string_view kInspector =
    "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector";
constexpr std::string_view kInspectorName = "envoy.filters.listener.tls_inspector";

// Whether a filter is of the type, or has the name when it does not say its type.
bool is_filter(const yaml::Node& filter, std::string_view type, std::string_view name) {
  const yaml::Node* config = find_value(filter, "typed_config");
  const std::string_view found = config == nullptr ? std::string_view() : type_in_any(*config);
  if (found == type) return true;
  const yaml::Node* own = find_value(filter, "name");
  const bool known = find_message(found) != nullptr;
  return !known && own != nullptr && own->scalar == name;
}

bool is_tcp_proxy(const yaml::Node& filter) {
  return is_filter(filter, kTcpProxy, "envoy.filters.network.tcp_proxy");
}

// The first forwarder of a filter chain, or nullptr.
const yaml::Node* forwarder_of(const yaml::Node& chain) {
  const auto filters = items_of(find_value(chain, "filters"));
  const auto found = std::find_if(filters.begin(), filters.end(), is_sni_forwarder);
  return found == filters.end() ? nullptr : &*found;
}

void check_order(const yaml::Node& chain, Findings& findings) {
  const auto filters = items_of(find_value(chain, "filters"));
  const auto forwarder = std::find_if(filters.begin(), filters.end(), is_sni_forwarder);
  const auto proxy = std::find_if(filters.begin(), filters.end(), is_tcp_proxy);
  if (forwarder == filters.end() || proxy == filters.end() || forwarder < proxy) return;
  const yaml::Entry* name = find_field(*forwarder, "name");
  findings
      .report(kNoTlsInspector, name == nullptr ? forwarder->range : name->value.range,
              "the forwarder by SNI stands behind the TCP proxy, which is the last filter that a "
              "connection gets to")
      .related(proxy->range, "the TCP proxy")
      .help("put the forwarder before the TCP proxy");
}

void missing_inspector(const yaml::Node& listener, const yaml::Entry* listed, SourceRange head,
                       const yaml::Node& forwarder, Findings& findings) {
  constexpr std::string_view kMessage =
      "the listener forwards by SNI without a TLS inspector, so that it never sees one";
  auto builder =
      listed != nullptr
          ? findings.report(kNoTlsInspector, listed->key.range, "{}", kMessage)
          : findings.missing(kNoTlsInspector, listener, head, "listener_filters", "{}", kMessage);
  builder.related(forwarder.range, "the forwarder")
      .help("add the TLS inspector to \"listener_filters\"");
  if (listed != nullptr && !listed->value.items.empty()) return;
  const std::string item =
      fmt::format(R"([{{name: {}, typed_config: {{"@type": type.googleapis.com/{}}}}}])",
                  kInspectorName, kInspector);
  const auto edit = listed == nullptr ? yaml::insert_entry(listener, "listener_filters", item)
                    : listed->value.range.text() == "[]"
                        ? std::optional<Edit>(Edit{listed->value.range, item})
                        : std::nullopt;
  if (edit) builder.fix({.title = "add the TLS inspector", .safe = true, .edits = {*edit}});
}

}  // namespace

bool is_sni_forwarder(const yaml::Node& filter) {
  return is_filter(filter, kForwarder, "envoy.filters.network.sni_dynamic_forward_proxy");
}

void check_sni_proxy(const resource::ConfigPatch& patch, Findings& findings) {
  if (!patch.patch->value.present()) return;
  const yaml::Node& value = *patch.patch->value.node;
  if (*patch.apply_to == resource::ApplyTo::FilterChain) return check_order(value, findings);
  if (*patch.apply_to != resource::ApplyTo::Listener) return;
  const yaml::Node* forwarder = nullptr;
  const auto look_at = [&](const yaml::Node& chain) {
    check_order(chain, findings);
    if (forwarder == nullptr) forwarder = forwarder_of(chain);
  };
  for (const yaml::Node& chain : items_of(find_value(value, "filter_chains"))) look_at(chain);
  if (const yaml::Node* chain = find_value(value, "default_filter_chain")) look_at(*chain);
  // A listener that is patched may have the inspector already.
  if (forwarder == nullptr || !adds(patch)) return;
  const yaml::Entry* listed = find_field(value, "listener_filters");
  const auto filters = items_of(listed == nullptr ? nullptr : &listed->value);
  const bool inspected = std::any_of(filters.begin(), filters.end(), [](const yaml::Node& filter) {
    return is_filter(filter, kInspector, kInspectorName);
  });
  if (!inspected) missing_inspector(value, listed, patch.patch->value.key, *forwarder, findings);
}

}  // namespace egressctl::envoy
