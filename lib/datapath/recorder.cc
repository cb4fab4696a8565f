#include "lib/datapath/recorder.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/base/number.h"
#include "lib/base/text.h"
#include "lib/generate/plan.h"

namespace egressctl::datapath {
namespace {

// Names that are kept: an application that asks for more has a wildcard in mind.
constexpr std::size_t kMostNames = 10'000;
constexpr std::size_t kHostsForWildcard = 3;
constexpr std::uint16_t kTlsPort = 443;

// The port of "192.0.2.1:443".
std::optional<std::uint16_t> port_of(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return parse_number<std::uint16_t>(address.substr(colon + 1));
}

// "example.com" of "a.b.example.com", "example.co.uk" of "www.example.co.uk": what belongs together
// in most cases. Where a domain's owner really begins only a list of suffixes could tell.
std::string domain_of(const std::string& host) {
  std::size_t dot = host.rfind('.');
  const std::size_t top = host.size() - dot - 1;
  std::size_t previous = dot == 0 ? std::string::npos : host.rfind('.', dot - 1);
  constexpr std::size_t kCountry = 2;
  constexpr std::size_t kShort = 3;
  if (previous != std::string::npos && top == kCountry && dot - previous - 1 <= kShort)
    previous = previous == 0 ? std::string::npos : host.rfind('.', previous - 1);
  return previous == std::string::npos ? host : host.substr(previous + 1);
}

// Names of a cluster never leave it, and no spec takes them.
bool leaves(const std::string& host) {
  return host_problem(host) == HostProblem::None && !is_wildcard(host) &&
         !host.ends_with(".svc.cluster.local") &&
         !host.ends_with("." + std::string(spec::kReservedSuffix));
}

// One destination to be.
struct Group {
  std::vector<std::string> hosts;
  std::uint64_t connections = 0;
  std::vector<std::string> plain_too;
};

using GroupKey = std::pair<std::string, std::set<std::uint16_t>>;  // domain, ports of TLS

std::string text_of(const GroupKey& key, const Group& group) {
  const auto& [domain, ports] = key;
  const bool plain = ports.empty();
  std::string name = plain ? "plain-" + domain : domain;
  const bool usual = plain || ports == std::set<std::uint16_t>{kTlsPort};
  if (!usual) name += fmt::format("-{}", fmt::join(ports, "-"));
  std::string out =
      fmt::format("  # {} connection{}\n", group.connections, group.connections == 1 ? "" : "s");
  if (plain) out += "  # in plain HTTP: the gateway makes TLS of it, to port 443\n";
  out += fmt::format("  - name: {}\n    hosts: [{}]\n    via: {}\n", to_dns_label(name),
                     join(group.hosts, ", "), plain ? "originate" : "gateway");
  if (!usual) out += fmt::format("    ports: [{}]\n", fmt::join(ports, ", "));
  if (!plain && group.hosts.size() >= kHostsForWildcard)
    out += fmt::format(
        "    # or whatever there is below it:\n    # hosts: [\"*.{0}\", {0}]\n    # via: "
        "sni-proxy\n",
        domain);
  for (const std::string& host : group.plain_too)
    out +=
        fmt::format("    # {} was asked for in plain HTTP, too, which this lets not pass\n", host);
  return out;
}

}  // namespace

void Recorder::add(const forward::ConnectionRecord& record) {
  const bool plain = !record.authority.empty();
  const std::string name = to_lower(plain ? record.authority : record.server_name);
  const std::lock_guard lock(mutex_);
  if (name.empty()) {
    ++nameless_;
    return;
  }
  const auto port = port_of(record.upstream_host);
  const bool reached = port && record.upstream_failure.empty();
  if (!reached || !leaves(name)) {
    if (left_out_.size() < kMostNames || left_out_.contains(name)) ++left_out_[name];
    return;
  }
  if (hosts_.size() >= kMostNames && !hosts_.contains(name)) return;
  Host& host = hosts_[name];
  ++host.connections;
  if (plain)
    host.plain = true;
  else
    host.ports.insert(*port);
}

std::string Recorder::to_spec() const {
  const std::lock_guard lock(mutex_);
  std::map<GroupKey, Group> groups;
  for (const auto& [name, host] : hosts_) {
    Group& group = groups[{domain_of(name), host.ports}];
    group.hosts.push_back(name);
    group.connections += host.connections;
    if (host.plain && !host.ports.empty()) group.plain_too.push_back(name);
  }
  std::string out =
      "# The hosts that an application asked for, recorded by `egressctl forward --record`.\n"
      "apiVersion: egressctl/v1\nkind: Egress\nmetadata: {name: recorded}\nspec:\n"
      "  # Who may leave: the namespace of the application.\n"
      "  clients:\n  - {namespace: default}\n";
  if (groups.empty()) out += "  # No host was reached: there is nothing to let out yet.\n";
  out += "  destinations:\n";
  for (const auto& [key, group] : groups) out += text_of(key, group);
  for (const auto& [name, count] : left_out_)
    if (!hosts_.contains(name))
      out += fmt::format("  # left out: {} ({}), {} connections\n",
                         host_problem(name) == HostProblem::None ? name : "a name of no host",
                         leaves(name) ? "never reached" : "no spec can have it", count);
  if (nameless_ > 0)
    out += fmt::format("  # left out: {} connections that named no host\n", nameless_);
  return out;
}

}  // namespace egressctl::datapath
