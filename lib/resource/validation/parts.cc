#include "lib/resource/validation/parts.h"

#include <algorithm>
#include <chrono>

#include "lib/base/text.h"
#include "lib/resource/validation/names.h"
#include "lib/yaml/edit.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::size_t kMaxLabelName = 63;
constexpr std::size_t kMaxLabelPrefix = 253;

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// What Kubernetes calls a qualified name, of any length.
bool is_qualified(std::string_view text) {
  return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

// Labels of any length, with dots between them.
bool is_label_prefix(std::string_view text) {
  const auto parts = split(text, '.');
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return is_qualified(part) && part.find('_') == std::string_view::npos;
  });
}

bool is_label_key(std::string_view key) {
  const std::size_t slash = key.find('/');
  const std::string_view name = slash == std::string_view::npos ? key : key.substr(slash + 1);
  if (!is_qualified(name) || name.size() > kMaxLabelName) return false;
  return slash == std::string_view::npos ||
         (slash <= kMaxLabelPrefix && is_label_prefix(key.substr(0, slash)));
}

}  // namespace

void check_port(Report& report, const Number& number) {
  if (is_port(*number)) return;
  report.error(kInvalidPort, number.range, "port {} is not between 1 and 65535", *number);
}

void check_port_name(Report& report, const Positioned<Port>& port) {
  const Text& name = port->name;
  if (is_label(*name)) return;
  if (name->empty()) {
    report.missing(kInvalidPortName, port, name, "name", "the port has no name")
        .help("name it for its protocol: \"tls\", \"https-api\", \"tcp-mongo\"");
    return;
  }
  report
      .error(kInvalidPortName, name.range,
             "port name \"{}\" is not made of letters, digits and inner \"-\", at most 63", *name)
      .help("name it for its protocol: \"tls\", \"https-api\", \"tcp-mongo\"");
}

void check_protocol(Report& report, const Positioned<Protocol>& protocol) {
  constexpr std::string_view kWords[] = {"HTTP",     "HTTP2", "HTTPS", "GRPC",
                                         "GRPC-Web", "TCP",   "TLS",   "UDP",
                                         "Mongo",    "MySQL", "Redis", "HTTP_PROXY"};
  if (protocol.text().empty()) return;
  // HBONE is a protocol of Istio's own that no port can name.
  if (*protocol != Protocol::Unsupported && *protocol != Protocol::Hbone) return;
  std::string help = "use one of HTTP, HTTP2, HTTPS, GRPC, TCP, TLS";
  for (const std::string_view word : kWords)
    if (edit_distance(protocol.text(), word, 1) <= 1)
      help = fmt::format("did you mean \"{}\"?", word);
  report.error(kUnknownProtocol, protocol.range, "Istio knows no protocol \"{}\"", protocol.text())
      .help(std::move(help));
}

void check_duration(Report& report, const Duration& duration) {
  if (!duration.present()) return;
  using std::chrono::milliseconds;
  if (*duration < milliseconds(1)) {
    report.error(kInvalidDuration, duration.range, "duration \"{}\" is under 1ms", duration.text());
  } else if (*duration % milliseconds(1) != std::chrono::nanoseconds(0)) {
    report.error(kInvalidDuration, duration.range, "duration \"{}\" is finer than a millisecond",
                 duration.text());
  }
}

void check_labels(Report& report, const TextMap& labels) {
  for (const auto& [name, value] : *labels) {
    if (!is_label_key(name))
      report.error(kInvalidLabel, value.key, "\"{}\" is no label name", name)
          .help(
              "a name has letters, digits, \"-\", \"_\" and \".\", at most 63, and may have a "
              "domain and \"/\" before it");
    if (!value->empty() && !is_qualified(*value))
      report
          .error(kInvalidLabel, value.range, "label \"{}\" can't have the value \"{}\"", name,
                 *value)
          .help("a value has letters, digits and, inside, \"-\", \"_\" and \".\"");
  }
}

bool check_selector_labels(Report& report, const TextMap& labels) {
  bool wrong = false;
  for (const auto& [name, value] : *labels) {
    if (name.empty()) {
      wrong = true;
      report.error(kInvalidLabel, value.key, "the selector has a label without a name");
    }
    const bool wild_name = name.find('*') != std::string::npos;
    if (!wild_name && value->find('*') == std::string::npos) continue;
    wrong = true;
    report
        .error(kInvalidLabel, wild_name ? value.key : value.range,
               "the selector's label \"{}: {}\" has a \"*\", which stands for nothing here", name,
               *value)
        .help("labels are compared as they are; leave the label out to select more");
  }
  return wrong;
}

namespace {

void warn_of_empty(Report& report, SourceRange key) {
  report
      .warning(kEmptySelector, key,
               "the selector has no labels, so it selects every workload of the namespace")
      .help("name the workload's labels, or leave the selector out to say that all are meant");
}

}  // namespace

void check_selector(Report& report, const Positioned<WorkloadSelector>& selector) {
  if (!selector.present()) return;
  check_selector_labels(report, selector->labels);
  if (selector->labels->empty()) warn_of_empty(report, selector.key);
}

void check_selector(Report& report, const Positioned<PolicySelector>& selector) {
  if (!selector.present()) return;
  check_selector_labels(report, selector->match_labels);
  if (selector->match_labels->empty()) warn_of_empty(report, selector.key);
}

void check_address(Report& report, const Text& address) {
  if (!is_address(*address))
    report.error(kInvalidAddress, address.range, "\"{}\" is no IP address", *address);
}

void check_subnet(Report& report, const Text& subnet) {
  if (is_address(*subnet) || is_network(*subnet)) return;
  report.error(kInvalidAddress, subnet.range,
               "\"{}\" is neither an IP address nor a network such as \"10.0.0.0/8\"", *subnet);
}

void check_unix_address(Report& report, const Text& address) {
  std::string_view path = *address;
  path.remove_prefix(std::min(kUnixPrefix.size(), path.size()));
  // '@' starts a name in Linux' abstract namespace.
  if (path.starts_with('@') || (path.starts_with('/') && !path.ends_with('/'))) return;
  report
      .error(kInvalidBind, address.range, "\"{}\" names no socket: expected an absolute path",
             *address)
      .help("write \"unix:///path/to/socket\" or \"unix://@name\"");
}

}  // namespace egressctl::resource::validation
