#include "lib/datapath/forward_file.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/base/text.h"
#include "lib/datapath/forward_file_rules.h"
#include "lib/datapath/forward_file_tables.h"
#include "lib/datapath/route_reader.h"
#include "lib/datapath/target.h"
#include "lib/spec/fields.h"
#include "lib/spec/quoted.h"
#include "lib/spec/read.h"

namespace egressctl::datapath {
namespace {

using forward::ListenerConfig;
using spec::Fields;
using spec::Located;

class Reader {
 public:
  Reader(std::string folder, Diagnostics& diagnostics)
      : folder_(std::move(folder)), diagnostics_(diagnostics) {}

  ForwardFile read(Fields& document) {
    (void)document.word("apiVersion");
    (void)document.word("kind");
    read_reach(document);
    read_times(document.mapping("timeouts"));
    read_limits(document.mapping("limits"));
    read_log(document.mapping("accessLog"));
    read_admin(document.mapping("admin"));
    for (Fields& listener : document.mappings("listeners")) read_listener(listener);
    return std::move(file_);
  }

 private:
  [[nodiscard]] std::string path_of(const std::string& name) const {
    return (std::filesystem::path(folder_) / name).string();
  }

  void read_reach(Fields& document) {
    for (const auto& range : document.texts("allow"))
      file_.config.allowed.push_back(*IpRange::parse(*range));
    Fields dns = document.mapping("dns");
    for (const auto& server : dns.texts("servers"))
      file_.config.resolver.servers.push_back(*server);
    if (const auto refresh = dns.time("refresh")) file_.config.resolver.longest = **refresh;
    for (Fields& host : dns.mappings("hosts")) {
      const auto name = host.text("name");
      for (const auto& address : host.texts("addresses"))
        if (name) file_.config.resolver.hosts[**name].push_back(*IpAddress::parse(*address));
    }
  }

  void read_times(Fields fields) {
    forward::Timeouts& timeouts = file_.config.timeouts;
    for (const auto& [key, target] :
         {std::pair("hello", &timeouts.hello), std::pair("connect", &timeouts.connect),
          std::pair("handshake", &timeouts.handshake), std::pair("idle", &timeouts.idle),
          std::pair("drain", &file_.drain_timeout)})
      if (const auto time = fields.time(key)) *target = **time;
    file_.config.resolver.timeout = timeouts.connect / 2;
  }

  void read_limits(Fields fields) {
    if (const auto most = fields.integer("maxConnections"))
      file_.config.max_connections = static_cast<std::size_t>(**most);
    if (const auto workers = fields.integer("workers"))
      file_.config.workers = static_cast<std::size_t>(**workers);
  }

  void read_log(Fields fields) {
    const auto file = fields.text("file");
    const std::string name = file ? **file : "-";
    const bool stream = name == "-" || name.starts_with("/dev/");
    if (name != "off") file_.config.access_log = stream ? name : path_of(name);
    const auto format = fields.text("format");
    if (!format || **format == "text") return;
    if (**format == "json") {
      file_.config.format = forward::AccessLogFormat::istio_json();
      return;
    }
    auto parsed = forward::AccessLogFormat::parse(**format);
    if (parsed)
      file_.config.format = *std::move(parsed);
    else
      diagnostics_.report(kBadLogFormat, format->range, "{}", parsed.error().message)
          .field(fields.path("format"));
  }

  void read_admin(Fields fields) {
    if (const auto address = fields.text("address")) file_.admin_address = **address;
    if (const auto remote = fields.flag("allowRemote")) file_.admin_allow_remote = **remote;
  }

  void read_listener(Fields& fields) {
    const auto address = fields.text("address");
    const auto given_name = fields.text("name");
    ListenerConfig config;
    if (address)
      if (auto made = forward::listener_at(**address)) config = *std::move(made);
    if (given_name) config.name = **given_name;
    ListenerReader reader(folder_, diagnostics_);
    reader.read(fields, config);
    const Located<std::string>* shown = given_name ? &*given_name : (address ? &*address : nullptr);
    if (shown == nullptr) return;
    const auto [first, fresh] = names_.try_emplace(config.name, shown->range);
    if (!fresh)
      diagnostics_
          .report(kDuplicateListener, shown->range, "there is a listener {} already",
                  spec::quoted(config.name))
          .related(first->second, "the first one")
          .help("give each a name or an address of its own");
    file_.config.listeners.push_back(std::move(config));
  }

  std::string folder_;
  Diagnostics& diagnostics_;
  ForwardFile file_;
  std::unordered_map<std::string, SourceRange> names_;
};

// Whether the document is meant for us; reports one that is not.
bool is_ours(const yaml::Document& document, Diagnostics& diagnostics) {
  const yaml::Node* kind = document.root().find("kind");
  if (kind == nullptr || !kind->is_scalar()) return true;  // that is reported as a missing key
  if (kind->scalar != spec::kKindWords.front().text) return true;
  diagnostics
      .report(kNotAForwardFile, kind->range,
              "{} is no configuration of a forwarder; expected kind: "
              "Forward",
              spec::quoted(kind->scalar))
      .help("run an egress spec with --spec FILE");
  return false;
}

}  // namespace

std::optional<ForwardFile> read_forward_file(const yaml::Document& document,
                                             const std::string& folder, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.count(Severity::Error);
  if (!is_ours(document, diagnostics)) return std::nullopt;
  Fields fields(document.root(), forward_file_table(), {}, diagnostics, forward_file_table());
  if (!fields.is_mapping())
    diagnostics.report(kNotAForwardFile, document.range(), "the document is no mapping")
        .help("docs/forward.md has examples");
  ForwardFile file = Reader(folder, diagnostics).read(fields);
  if (diagnostics.count(Severity::Error) > before) return std::nullopt;
  return file;
}

std::string forward_file_schema() {
  return spec::json_schema(forward_file_table(), "Forward");
}

}  // namespace egressctl::datapath
