#include "cli/forward/banner.h"

#include <fmt/format.h>

namespace egressctl::cli {
namespace {

constexpr std::size_t kMostWords = 4;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size() && i < kMostWords; ++i)
    out += (i == 0 ? "" : ", ") + words[i];
  if (words.size() > kMostWords) out += fmt::format(" and {} more", words.size() - kMostWords);
  return out;
}

const PortAddress* find_port(const Banner& banner, std::uint16_t port) {
  for (const PortAddress& each : banner.sidecar_ports)
    if (each.port == port) return &each;
  return nullptr;
}

// A curl line that asks for a host.
std::string curl_line(const Banner& banner, const Sample& sample) {
  const PortAddress* through = find_port(banner, sample.port);
  if (through == nullptr) return {};
  const bool trusts = banner.upstreams.empty() || sample.plain;
  const bool usual = sample.port == (sample.plain ? 80 : 443);
  return fmt::format("curl {}--connect-to ::{} {}://{}{}/",
                     trusts ? "" : fmt::format("--cacert {}/ca.pem ", banner.folder),
                     through->address, sample.plain ? "http" : "https", sample.host,
                     usual ? "" : fmt::format(":{}", sample.port));
}

}  // namespace

std::string to_text(const Banner& banner) {
  std::string out = fmt::format(
      "egressctl: \"{}\" runs here, with certificates made for it alone\n\n", banner.name);
  const auto row = [&](std::string_view name, const std::string& text) {
    out += fmt::format("  {:<10} {}\n", name, text);
  };
  std::vector<std::string> ports;
  for (const PortAddress& port : banner.sidecar_ports)
    ports.push_back(fmt::format("{} (for port {})", port.address, port.port));
  row("sidecar", joined(ports));
  if (!banner.gateway.empty())
    row("gateway", fmt::format("{}, mTLS as {}", joined(banner.gateway), banner.gateway_identity));
  if (!banner.internal_listeners.empty())
    row("sni-proxy", fmt::format("{}, in the gateway", joined(banner.internal_listeners)));
  row("upstreams", banner.upstreams.empty()
                       ? "the hosts themselves"
                       : fmt::format("{} stands in for all hosts", banner.upstreams));
  for (const auto& [whose, address] : banner.admins)
    row("admin", fmt::format("http://{}/ of the {}", address, whose));
  out += "\nask for something:\n";
  for (const Sample& sample : banner.samples)
    out += fmt::format("  {}\n", curl_line(banner, sample));
  out += fmt::format(
      "or, so that curl comes this way by itself:\n  export CURL_HOME={}\n"
      "access log, a line a hop (Ctrl-C ends all of it):\n",
      banner.folder);
  return out;
}

std::string curl_settings(const std::vector<PortAddress>& ports, const std::string& authority) {
  std::string out = "# For curl, while `egressctl forward --all-in-one` runs.\n";
  if (!authority.empty()) out += fmt::format("cacert = \"{}\"\n", authority);
  for (const PortAddress& port : ports)
    out += fmt::format("connect-to = \":{}:{}\"\n", port.port, port.address);
  return out;
}

}  // namespace egressctl::cli
