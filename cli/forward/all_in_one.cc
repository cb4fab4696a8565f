#include "cli/forward/all_in_one.h"

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/forward/banner.h"
#include "cli/forward/child.h"
#include "cli/forward/data_path.h"
#include "cli/forward/run.h"
#include "cli/forward/scratch_folder.h"
#include "cli/forward/spec_source.h"
#include "cli/report.h"
#include "cli/version.h"
#include "lib/datapath/upstream_lab.h"
#include "lib/forward/admin/admin.h"
#include "lib/forward/forwarder.h"
#include "lib/forward/tls/certificates.h"

namespace egressctl::cli {
namespace {

using forward::Forwarder;
using forward::SocketAddress;

constexpr std::size_t kMostSamples = 8;

// The address, or where somebody has it already, the same IP with a port of the system's choice.
// Sockets of forwarders are shared by several threads: the system would let a second process in.
SocketAddress free_address(SocketAddress wanted) {
  if (wanted.is_unix() || wanted.port == 0) return wanted;
  if (!forward::listen_on(wanted, {})) wanted.port = 0;
  return wanted;
}

class AllInOne {
 public:
  AllInOne(Context& context, const ForwardFlags& flags) : context_(context), flags_(flags) {}

  Result<void> start() {
    auto path = load_data_path(context_, flags_);
    if (!path) return tl::unexpected(path.error());
    path_ = std::move(*path);
    if (auto made = make_certificates(); !made) return made;
    if (flags_.upstream_lab) {
      auto lab = datapath::UpstreamLab::start();
      if (!lab) return tl::unexpected(lab.error());
      lab_ = std::move(*lab);
    }
    if (auto started = start_gateway(); !started) return started;
    if (auto started = start_sidecar(); !started) return started;
    if (auto written = write_files(); !written) return written;
    return start_admins();
  }

  // Only whether it would start.
  Result<void> check() {
    auto path = load_data_path(context_, flags_);
    if (!path) return tl::unexpected(path.error());
    path_ = std::move(*path);
    if (auto made = make_certificates(); !made) return made;
    for (const bool gateway : {true, false}) {
      const auto config = config_of(gateway ? "gateway" : "sidecar",
                                    gateway ? gateway_listeners() : sidecar_listeners(), gateway);
      if (!config) return tl::unexpected(config.error());
      if (auto checked = Forwarder::check(*config); !checked) return checked;
    }
    return {};
  }

  [[nodiscard]] Banner banner() const {
    Banner out;
    out.name = path_->name();
    out.sidecar_ports = sidecar_ports_;
    for (const auto& listener : gateway_ ? gateway_->listeners() : none())
      out.gateway.push_back(listener.address.to_string());
    out.gateway_identity = path_->gateway_identity();
    out.internal_listeners = internal_listeners_of(gateway_listeners());
    out.samples = samples_of(sidecar_listeners(), kMostSamples);
    if (lab_) out.upstreams = lab_->address().to_string();
    out.folder = folder_->path().string();
    for (std::size_t i = 0; i < admins_.size(); ++i)
      out.admins.emplace_back(i == 0 ? "sidecar" : "gateway", admins_[i]->address().to_string());
    return out;
  }

  void drain() {
    for (Forwarder* each : forwarders()) each->drain();
  }

  [[nodiscard]] std::uint64_t active() const {
    std::uint64_t out = 0;
    for (Forwarder* each : forwarders()) out += each->counters().active.value();
    return out;
  }

  // What the spec or the manifests say now, with the certificates and at the addresses that there
  // are. What can't be used changes nothing. Returns what only a restart changes.
  Result<std::vector<std::string>> reload() {
    auto path = load_data_path(context_, flags_);
    if (!path) return tl::unexpected(path.error());
    std::swap(path_, *path);
    auto reloaded = reload_forwarders();
    if (!reloaded) std::swap(path_, *path);
    return reloaded;
  }

  void reopen_logs() {
    for (Forwarder* each : forwarders())
      if (each->log() != nullptr) each->log()->reopen();
  }

 private:
  static const std::vector<forward::ListenerStatus>& none() {
    static const std::vector<forward::ListenerStatus> kNone;
    return kNone;
  }

  [[nodiscard]] std::vector<Forwarder*> forwarders() const {
    std::vector<Forwarder*> out;
    if (sidecar_) out.push_back(sidecar_.get());
    if (gateway_) out.push_back(gateway_.get());
    return out;
  }

  Result<std::vector<std::string>> reload_forwarders() {
    std::vector<std::pair<Forwarder*, forward::Config>> all;
    for (Forwarder* each : forwarders()) {
      const bool is_gateway = each == gateway_.get();
      auto config = config_of(is_gateway ? "gateway" : "sidecar",
                              is_gateway ? gateway_listeners() : sidecar_listeners(), is_gateway);
      if (!config) return tl::unexpected(config.error());
      // They stay where they are: the ports are taken, by themselves.
      for (std::size_t i = 0; i < config->listeners.size() && i < each->listeners().size(); ++i)
        config->listeners[i].address = started_[each].listeners[i].address;
      if (auto usable = each->can_reload(*config); !usable) return tl::unexpected(usable.error());
      all.emplace_back(each, std::move(*config));
    }
    std::vector<std::string> fixed;
    for (const auto& [each, config] : all) {
      auto reloaded = each->reload(config);
      if (!reloaded) return tl::unexpected(reloaded.error());
      for (std::string& what : *reloaded)
        if (std::find(fixed.begin(), fixed.end(), what) == fixed.end())
          fixed.push_back(std::move(what));
    }
    return fixed;
  }

  Result<void> make_certificates() {
    const auto mesh = forward::Authority::make("egressctl mesh");
    if (!mesh) return tl::unexpected(mesh.error());
    for (const auto& [identity, target] : {std::pair(path_->gateway_identity(), &gateway_end_),
                                           std::pair(path_->client_identity(), &client_end_)}) {
      if (identity.empty()) continue;
      auto issued = mesh->issue({.uris = {identity}, .hosts = {}});
      if (!issued) return tl::unexpected(issued.error());
      *target = *std::move(issued);
    }
    return {};
  }

  [[nodiscard]] datapath::Surroundings around(const forward::Credentials& end) const {
    datapath::Surroundings out;
    out.given = end;
    out.host_authorities.authorities = flags_.host_authorities;
    if (lab_) {
      out.given_host_authorities.authorities = lab_->authority();
      out.upstream = lab_->address();
    }
    out.transparent = flags_.transparent;
    return out;
  }

  [[nodiscard]] std::vector<datapath::RoleListener> gateway_listeners() const {
    return path_->gateway(around(gateway_end_));
  }

  [[nodiscard]] std::vector<datapath::RoleListener> sidecar_listeners() const {
    datapath::Surroundings client = around(client_end_);
    const std::vector<datapath::RoleListener> ends = gateway_listeners();
    for (std::size_t i = 0; gateway_ && i < ends.size(); ++i) {
      const SocketAddress& address = gateway_->listeners()[i].address;
      client.gateways.push_back({ends[i].service_port, address.ip.to_string(), address.port});
    }
    return path_->sidecar(client);
  }

  Result<forward::Config> config_of(const std::string& name,
                                    const std::vector<datapath::RoleListener>& ends,
                                    bool is_gateway) const {
    auto config = limits_of(flags_);
    if (!config) return config;
    config->format = config->format.labelled(name, "sni-proxy");
    config->on_log_failure = [out = &context_.err](const std::string& why) {
      out->write(fmt::format("egressctl: {}\n", why));
    };
    // The standard output is the command's.
    if (!flags_.exec.empty() && config->access_log == "-") config->access_log = "/dev/stderr";
    if (ends.empty()) return config;
    auto listeners = place_listeners(
        name, ends, is_gateway, is_gateway || flags_.listen.empty() ? "" : flags_.listen.front());
    if (!listeners) return tl::unexpected(listeners.error());
    config->listeners = std::move(*listeners);
    for (forward::ListenerConfig& listener : config->listeners) {
      if (is_gateway || flags_.listen.empty()) listener.address = free_address(listener.address);
      listener.transparent = !is_gateway && flags_.transparent;
    }
    return config;
  }

  Result<void> start_gateway() {
    const auto ends = gateway_listeners();
    if (ends.empty()) return {};  // every destination is a direct one
    const auto config = config_of("gateway", ends, true);
    if (!config) return tl::unexpected(config.error());
    auto started = Forwarder::start(*config);
    if (!started) return tl::unexpected(started.error());
    gateway_ = std::move(*started);
    started_[gateway_.get()] = *config;
    return {};
  }

  Result<void> start_sidecar() {
    const auto ends = sidecar_listeners();
    const auto config = config_of("sidecar", ends, false);
    if (!config) return tl::unexpected(config.error());
    auto started = Forwarder::start(*config);
    if (!started) return tl::unexpected(started.error());
    sidecar_ = std::move(*started);
    started_[sidecar_.get()] = *config;
    for (std::size_t i = 0; i < ends.size(); ++i)
      sidecar_ports_.push_back({ends[i].port, sidecar_->listeners()[i].address.to_string()});
    return {};
  }

  // For curl: whom to trust, and how to come here.
  Result<void> write_files() {
    auto folder = ScratchFolder::make();
    if (!folder) return tl::unexpected(folder.error());
    folder_ = std::move(*folder);
    if (lab_)
      if (auto written = folder_->write("ca.pem", lab_->authority()); !written) return written;
    return folder_->write(".curlrc",
                          curl_settings(sidecar_ports_, lab_ ? folder_->path() / "ca.pem" : ""));
  }

  Result<void> start_admins() {
    if (flags_.admin_address == "off") return {};
    const bool usual = flags_.admin_address.empty();
    auto address = admin_address_of(flags_.admin_address);
    if (!address) return tl::unexpected(address.error());
    for (Forwarder* each : forwarders()) {
      auto admin =
          forward::Admin::start(*each, {.address = usual ? free_address(*address) : *address,
                                        .allow_remote = flags_.admin_allow_remote,
                                        .version = std::string(program_version()),
                                        .quit = [] { ::kill(::getpid(), SIGTERM); }});
      if (!admin) return tl::unexpected(admin.error());
      admins_.push_back(std::move(*admin));
      if (address->port != 0) ++address->port;
    }
    return {};
  }

  Context& context_;
  const ForwardFlags& flags_;
  std::unique_ptr<const DataPath> path_;
  forward::Credentials gateway_end_;
  forward::Credentials client_end_;
  std::unique_ptr<datapath::UpstreamLab> lab_;
  std::unique_ptr<Forwarder> gateway_;
  std::unique_ptr<Forwarder> sidecar_;
  std::map<const Forwarder*, forward::Config> started_;  // what each was started with
  std::vector<PortAddress> sidecar_ports_;
  std::unique_ptr<ScratchFolder> folder_;
  std::vector<std::unique_ptr<forward::Admin>> admins_;
};

sigset_t handled_signals() {
  sigset_t out;
  sigemptyset(&out);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD}) sigaddset(&out, signal);
  return out;
}

// What a command needs to know to come through here.
std::vector<std::string> variables_of(const Banner& banner) {
  std::vector<std::string> out = {
      "CURL_HOME=" + banner.folder,
      "EGRESSCTL_SIDECAR=" + banner.sidecar_ports.front().address,
  };
  for (const PortAddress& port : banner.sidecar_ports)
    out.push_back(fmt::format("EGRESSCTL_SIDECAR_{}={}", port.port, port.address));
  if (banner.upstreams.empty()) return out;
  // As OpenSSL, Python's requests and Node read them.
  for (const char* name : {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"})
    out.push_back(fmt::format("{}={}/ca.pem", name, banner.folder));
  return out;
}

// Until a signal comes, or the command has ended: its exit code.
ExitCode wait_for_end(Context& context, AllInOne& path, const sigset_t& signals, Child* child) {
  while (true) {
    switch (::sigwaitinfo(&signals, nullptr)) {
      case SIGTERM:
      case SIGINT:
        if (child == nullptr) return ExitCode::Done;
        child->ask_to_end();
        break;
      case SIGHUP:
        if (const auto reloaded = path.reload(); !reloaded) {
          static_cast<void>(report(context, reloaded.error()));
        } else {
          say(context, "reloaded");
          for (const std::string& fixed : *reloaded)
            say(context, fmt::format("{} has changed: restart to use it", fixed), 0);
        }
        break;
      case SIGUSR1: path.reopen_logs(); break;
      case SIGCHLD:
        if (child == nullptr) break;
        if (const auto code = child->exit_code()) return static_cast<ExitCode>(*code);
        break;
      default: break;
    }
  }
}

void drain(AllInOne& path, std::chrono::milliseconds longest, const sigset_t& signals) {
  path.drain();
  const auto until = std::chrono::steady_clock::now() + longest;
  constexpr timespec kLook{0, 10'000'000};
  while (path.active() > 0 && std::chrono::steady_clock::now() < until) {
    const int signal = ::sigtimedwait(&signals, nullptr, &kLook);
    if (signal == SIGTERM || signal == SIGINT) return;
  }
}

}  // namespace

ExitCode run_all_in_one(Context& context, const ForwardFlags& flags) {
  const auto drain_timeout = read_timeout("--drain-timeout", flags.drain_timeout);
  if (!drain_timeout) return report(context, drain_timeout.error());
  AllInOne path(context, flags);
  if (flags.check) {
    const auto checked = path.check();
    return checked ? ExitCode::Done : report(context, checked.error());
  }
  // Before the first thread, so that all of them leave signals to this one.
  const sigset_t signals = handled_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  if (const auto started = path.start(); !started) return report(context, started.error());
  const Banner banner = path.banner();
  if (flags.exec.empty() || context.flags.verbosity > 0) context.err.write(to_text(banner));
  ExitCode code = ExitCode::Done;
  if (flags.exec.empty()) {
    code = wait_for_end(context, path, signals, nullptr);
  } else {
    auto child = Child::start(flags.exec, variables_of(banner));
    if (!child) return report(context, child.error());
    code = wait_for_end(context, path, signals, &*child);
  }
  drain(path, *drain_timeout, signals);
  return code;
}

}  // namespace egressctl::cli
