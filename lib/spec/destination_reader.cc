#include "lib/spec/destination_reader.h"

#include <utility>

#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/spec/hosts.h"
#include "lib/spec/ports.h"
#include "lib/spec/rules.h"

namespace egressctl::spec {
namespace {

// Hosts that can't be used stay in the list: other findings may speak of them.
void read_hosts(Fields& fields, std::string_view cluster_domain, ReadDestination& read,
                Diagnostics& diagnostics) {
  read.value.hosts = fields.texts("hosts");
  const yaml::Node* node = fields.node("hosts");
  read.hosts_usable =
      node != nullptr && !node->items.empty() && node->items.size() == read.value.hosts.size();
  const std::string path = fields.path("hosts");
  for (std::size_t i = 0; i < read.value.hosts.size(); ++i)
    if (!check_host(read.value.hosts[i], fmt::format("{}[{}]", path, i), cluster_domain,
                    diagnostics))
      read.hosts_usable = false;
}

void read_common_host(Fields& fields, std::string_view cluster_domain, ReadDestination& read,
                      Diagnostics& diagnostics) {
  const yaml::Node* node = fields.node("commonHost");
  if (node == nullptr) return;
  read.value.common_host.range = node->range;
  const auto host = fields.text("commonHost");
  if (!host) return;
  read.value.common_host = *host;
  if (is_wildcard(**host)) {
    diagnostics
        .report(kInvalidHost, host->range,
                "commonHost \"{}\" is a wildcard; expected the one host that the gateway dials",
                **host)
        .field(fields.path("commonHost"))
        .help(
            fmt::format("write a name that it stands for, such as \"www{}\"", (*host)->substr(1)));
    return;
  }
  read.common_host_usable =
      check_host(*host, fields.path("commonHost"), cluster_domain, diagnostics);
}

void read_ports(Fields& fields, ReadDestination& read, Diagnostics& diagnostics) {
  if (fields.node("ports") == nullptr) return;
  const auto ports = fields.integers("ports");
  check_ports(ports, read.value.via, fields.path("ports"), diagnostics);
  read.value.ports.clear();
  for (const Located<int>& port : ports)
    read.value.ports.push_back({static_cast<std::uint16_t>(*port), port.range});
}

void read_tls(Fields& fields, std::string_view cluster_domain, ReadDestination& read,
              Diagnostics& diagnostics) {
  const yaml::Node* node = fields.node("tls");
  if (node == nullptr) return;
  read.tls = node->range;
  Fields tls = fields.mapping("tls");
  OriginateTls& into = read.value.tls;
  if (auto name = tls.text("credentialName")) into.credential_name = **name;
  if (auto sni = tls.text("sni")) {
    into.sni = **sni;
    if (is_wildcard(**sni))
      diagnostics
          .report(kInvalidHost, sni->range, "sni \"{}\" is a wildcard; expected one host name",
                  **sni)
          .field(tls.path("sni"));
    else
      (void)check_host(*sni, tls.path("sni"), cluster_domain, diagnostics);
  }
  for (auto& name : tls.texts("subjectAltNames")) into.subject_alt_names.push_back(name.value);
}

}  // namespace

ReadDestination read_destination(Fields& fields, std::string_view cluster_domain,
                                 Diagnostics& diagnostics) {
  ReadDestination read;
  read.path = fields.path();
  read.value.range = fields.whole_range();
  read.start = fields.range();
  if (auto name = fields.text("name")) read.value.name = *std::move(name);
  if (const auto via = fields.choice<Via>("via")) read.value.via = *via;
  read_hosts(fields, cluster_domain, read, diagnostics);
  read_common_host(fields, cluster_domain, read, diagnostics);
  read_ports(fields, read, diagnostics);
  if (const auto resolution = fields.choice<Resolution>("resolution"))
    read.value.resolution = *resolution;
  else if (const yaml::Node* node = fields.node("resolution"))
    read.value.resolution.range = node->range;
  read_tls(fields, cluster_domain, read, diagnostics);
  return read;
}

}  // namespace egressctl::spec
