// Reads one listener of forward.yaml with its routes.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/datapath/forward_file_tables.h"
#include "lib/forward/config.h"
#include "lib/spec/fields.h"

namespace egressctl::datapath {

// Used for one listener.
class ListenerReader {
 public:
  ListenerReader(std::string folder, Diagnostics& diagnostics)
      : folder_(std::move(folder)), diagnostics_(diagnostics) {}

  // Reads all but name and address into `config`; reports what is wrong.
  void read(spec::Fields& fields, forward::ListenerConfig& config);

 private:
  // What a role or a protocol has no use for; and what it can't do without.
  void refuse(const spec::Fields& fields, std::string_view key, std::string_view why);
  bool need(const spec::Fields& fields, std::string_view key, std::string_view why);

  void read_tls(spec::Fields& listener);
  void read_route(spec::Fields& fields, forward::ListenerConfig& config);
  void read_target(spec::Fields& fields, Protocol protocol, forward::RouteConfig& route);
  void read_originate(spec::Fields& route_fields, forward::RouteConfig& route);
  void wrap(spec::Fields& fields, forward::RouteConfig& route);
  void add_chain(spec::Fields& fields, const std::vector<spec::Located<std::string>>& hosts,
                 forward::RouteConfig route, std::vector<forward::RouteConfig>& chains);
  void check_hosts(spec::Fields& fields, Protocol protocol,
                   const std::vector<spec::Located<std::string>>& hosts, const std::string& table);
  [[nodiscard]] std::string path_of(const std::string& name) const;

  std::string folder_;
  Diagnostics& diagnostics_;
  FileRole role_ = FileRole::SniProxy;
  std::optional<forward::TlsConfig> tls_;
  std::string gateway_host_;
  std::uint16_t gateway_port_ = 0;
  std::unordered_map<std::string, SourceRange> hosts_;  // by protocol, outer names and host
  std::map<std::string, std::size_t> chains_;           // by outer names
};

}  // namespace egressctl::datapath
