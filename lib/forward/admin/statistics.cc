#include "lib/forward/admin/statistics.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace egressctl::forward {
namespace {

// The results of reading hellos, by HelloStatus.
constexpr std::array<std::string_view, kHelloResults> kHelloWords = {
    "timeout", "found", "not_tls", "plain_http", "sslv2", "too_large", "malformed", "other"};

// The flags by their bit; see ResponseFlag.
std::string flag_word(std::size_t bit) {
  ResponseFlags flags;
  flags.set(static_cast<ResponseFlag>(1U << bit));
  return flags.to_string();
}

// Envoy's names have no colons.
std::string stat_name(std::string text) {
  std::replace(text.begin(), text.end(), ':', '_');
  return text;
}

std::string label_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

// Writes families one after the other: help, type, samples.
class Writer {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(out_), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
  }

  template <typename Value>
  void sample(Value value, std::string_view labels = {}, std::string_view suffix = {}) {
    fmt::format_to(std::back_inserter(out_), "{}{}{} {}\n", name_, suffix,
                   labels.empty() ? std::string() : fmt::format("{{{}}}", labels), value);
  }

  template <typename Value>
  void single(std::string_view name, std::string_view type, std::string_view help, Value value) {
    family(name, type, help);
    sample(value);
  }

  // `labels` end with a comma where there are some.
  void histogram(const Histogram& histogram, const std::string& labels = {}) {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i) {
      below += histogram.bucket(i);
      sample(below, fmt::format("{}le=\"{}\"", labels, Histogram::kBounds[i]), "_bucket");
    }
    below += histogram.bucket(Histogram::kBounds.size());
    sample(below, labels + "le=\"+Inf\"", "_bucket");
    constexpr double kMicro = 1e6;
    const std::string_view own =
        std::string_view(labels).substr(0, labels.empty() ? 0 : labels.size() - 1);
    sample(static_cast<double>(histogram.micros()) / kMicro, own, "_sum");
    sample(below, own, "_count");
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::string name_;
};

template <typename Counters>
struct Described {
  Counter Counters::*counter;
  const char* name;    // of Envoy
  const char* family;  // of Prometheus
  const char* type;
  const char* help;
};

constexpr Described<ListenerCounters> kListenerStatistics[] = {
    {&ListenerCounters::total, "listener.{}.downstream_cx_total",
     "egressctl_listener_downstream_cx_total", "counter", "Connections accepted."},
    {&ListenerCounters::active, "listener.{}.downstream_cx_active",
     "egressctl_listener_downstream_cx_active", "gauge", "Connections going on."},
    {&ListenerCounters::overflow, "listener.{}.downstream_cx_overflow",
     "egressctl_listener_downstream_cx_overflow_total", "counter",
     "Connections refused beyond --max-connections."},
    {&ListenerCounters::out_of_descriptors, "listener.{}.out_of_descriptors",
     "egressctl_listener_out_of_descriptors_total", "counter",
     "Times that file descriptors had run out."},
    {&ListenerCounters::refused, "listener.{}.no_filter_chain_match", "egressctl_refused_total",
     "counter", "Connections without a route, a name or leave."},
    {&ListenerCounters::handshake_timeouts,
     "listener.{}.downstream_cx_transport_socket_connect_timeout",
     "egressctl_downstream_tls_handshake_timeouts_total", "counter",
     "Clients whose TLS handshake did not end in time."},
    {&ListenerCounters::idle_timeouts, "tcp.{}.idle_timeout", "egressctl_idle_timeouts_total",
     "counter", "Connections that ended because nothing moved on them."},
    {&ListenerCounters::bytes_received, "tcp.{}.downstream_cx_rx_bytes_total",
     "egressctl_downstream_rx_bytes_total", "counter", "Bytes received from clients."},
    {&ListenerCounters::bytes_sent, "tcp.{}.downstream_cx_tx_bytes_total",
     "egressctl_downstream_tx_bytes_total", "counter", "Bytes sent to clients."},
};

struct TlsStatistic {
  Counter TlsCounters::*counter;
  const char* name;    // of Envoy
  const char* result;  // of Prometheus
};

// Envoy counts a handshake that resumes as one, too.
constexpr TlsStatistic kTlsStatistics[] = {
    {&TlsCounters::handshakes, "ssl.handshake", "success"},
    {&TlsCounters::resumed, "ssl.session_reused", "resumed"},
    {&TlsCounters::failures, "ssl.connection_error", "failure"},
};

// Of the handshakes that succeed, those that don't resume are "success" to Prometheus: its results
// can be added up.
std::uint64_t result_of(const TlsStatistic& statistic, std::uint64_t value, std::uint64_t resumed) {
  return statistic.counter == &TlsCounters::handshakes ? value - resumed : value;
}

// The hellos by result, those without a name apart.
std::vector<std::pair<std::string_view, std::uint64_t>> hellos_of(const ListenerCounters& all) {
  std::vector<std::pair<std::string_view, std::uint64_t>> out;
  const std::uint64_t no_name = all.no_name.value();
  for (std::size_t i = 0; i + 1 < kHelloResults; ++i)
    out.emplace_back(kHelloWords[i],
                     all.hellos[i].value() - (kHelloWords[i] == "found" ? no_name : 0));
  out.emplace_back("no_sni", no_name);
  return out;
}

void write_listeners(Writer& writer, const Forwarder& forwarder) {
  const auto label = [](const ListenerStatus& listener) {
    return fmt::format("listener=\"{}\",", label_value(listener.name));
  };
  const std::vector<ListenerStatus>& listeners = forwarder.listeners();
  for (const auto& each : kListenerStatistics) {
    writer.family(each.family, each.type, each.help);
    for (const ListenerStatus& listener : listeners)
      writer.sample((listener.counters.get()->*each.counter).value(),
                    fmt::format("listener=\"{}\"", label_value(listener.name)));
  }
  writer.family("egressctl_client_hello_total", "counter", "First messages of clients.");
  for (const ListenerStatus& listener : listeners)
    for (const auto& [word, count] : hellos_of(*listener.counters))
      writer.sample(count, fmt::format("{}result=\"{}\"", label(listener), word));
  writer.family("egressctl_downstream_tls_handshakes_total", "counter",
                "TLS handshakes with clients.");
  for (const ListenerStatus& listener : listeners) {
    const TlsCounters& tls = listener.counters->tls;
    for (const TlsStatistic& each : kTlsStatistics)
      writer.sample(result_of(each, (tls.*each.counter).value(), tls.resumed.value()),
                    fmt::format("{}result=\"{}\"", label(listener), each.result));
  }
  writer.family("egressctl_connections_closed_total", "counter",
                "Connections that have ended, by response flag.");
  for (const ListenerStatus& listener : listeners) {
    const ListenerCounters& all = *listener.counters;
    writer.sample(all.closed_normally.value(), label(listener) + "flag=\"-\"");
    for (std::size_t bit = 0; bit < all.flags.size(); ++bit)
      writer.sample(all.flags[bit].value(),
                    fmt::format("{}flag=\"{}\"", label(listener), flag_word(bit)));
  }
  writer.family("egressctl_connection_duration_seconds", "histogram",
                "How long connections lasted.");
  for (const ListenerStatus& listener : listeners)
    writer.histogram(listener.counters->connection_time, label(listener));
}

constexpr Described<ClusterCounters> kClusterStatistics[] = {
    {&ClusterCounters::total, "upstream_cx_total", "egressctl_upstream_cx_total", "counter",
     "Connections made."},
    {&ClusterCounters::active, "upstream_cx_active", "egressctl_upstream_cx_active", "gauge",
     "Connections going on."},
    {&ClusterCounters::connect_failures, "upstream_cx_connect_fail",
     "egressctl_upstream_cx_connect_fail_total", "counter", "Connections that failed."},
    {&ClusterCounters::bytes_sent, "upstream_cx_tx_bytes_total",
     "egressctl_upstream_tx_bytes_total", "counter", "Bytes sent."},
    {&ClusterCounters::bytes_received, "upstream_cx_rx_bytes_total",
     "egressctl_upstream_rx_bytes_total", "counter", "Bytes received."},
};

using Addresses = std::vector<std::shared_ptr<const ClusterCounters>>;

std::uint64_t sum_of(const Addresses& addresses, Counter ClusterCounters::*counter) {
  std::uint64_t out = 0;
  for (const auto& address : addresses) out += (address.get()->*counter).value();
  return out;
}

std::uint64_t sum_of(const Addresses& addresses, Counter TlsCounters::*counter) {
  std::uint64_t out = 0;
  for (const auto& address : addresses) out += (address->tls.*counter).value();
  return out;
}

void write_clusters(Writer& writer, const Forwarder& forwarder) {
  const auto clusters = forwarder.clusters();
  for (const auto& each : kClusterStatistics) {
    writer.family(each.family, each.type, each.help);
    for (const auto& [cluster, addresses] : clusters)
      writer.sample(sum_of(addresses, each.counter),
                    fmt::format("route=\"{}\"", label_value(cluster)));
  }
  writer.family("egressctl_upstream_tls_handshakes_total", "counter",
                "TLS handshakes with where connections lead.");
  for (const auto& [cluster, addresses] : clusters)
    for (const TlsStatistic& each : kTlsStatistics)
      writer.sample(result_of(each, sum_of(addresses, each.counter),
                              sum_of(addresses, &TlsCounters::resumed)),
                    fmt::format("route=\"{}\",result=\"{}\"", label_value(cluster), each.result));
}

// Pages of the process: all that it has mapped, and those that are in memory.
std::pair<std::uint64_t, std::uint64_t> pages() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t mapped = 0;
  std::uint64_t resident = 0;
  file >> mapped >> resident;
  return {mapped, resident};
}

// prometheus.io/docs/instrumenting/writing_clientlibs: process metrics.
void write_process(Writer& writer, const Forwarder& forwarder) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    constexpr double kMicro = 1e6;
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / kMicro;
  };
  writer.single("process_cpu_seconds_total", "counter", "Processor time used.",
                seconds(usage.ru_utime) + seconds(usage.ru_stime));
  std::error_code error;
  std::size_t descriptors = 0;
  for (auto it = std::filesystem::directory_iterator("/proc/self/fd", error);
       !error && it != std::filesystem::directory_iterator(); it.increment(error))
    ++descriptors;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (error == std::errc::too_many_files_open) descriptors = limit.rlim_cur;
  const auto [mapped, resident] = pages();
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  writer.single("process_virtual_memory_bytes", "gauge", "Memory mapped.", mapped * page);
  writer.single("process_resident_memory_bytes", "gauge", "Memory in use.", resident * page);
  writer.single("process_open_fds", "gauge", "File descriptors in use.", descriptors);
  writer.single("process_max_fds", "gauge", "File descriptors allowed.", limit.rlim_cur);
  const auto start =
      std::chrono::duration_cast<std::chrono::seconds>(forwarder.started().time_since_epoch());
  writer.single("process_start_time_seconds", "gauge", "When it began, since 1970.", start.count());
}

}  // namespace

std::vector<Statistic> statistics_of(const Forwarder& forwarder) {
  const Counters& all = forwarder.counters();
  std::vector<Statistic> out = {
      {"dns_cache.denied_addresses", all.denied_addresses.value()},
      {"dns_cache.dns_query_attempt",
       all.dns.found.value() + all.dns.no_such_name.value() + all.dns.failed.value()},
      {"dns_cache.dns_query_failure", all.dns.no_such_name.value() + all.dns.failed.value()},
      {"dns_cache.dns_query_success", all.dns.found.value()},
      {"listener_manager.lds.update_success", all.reloads.value()},
      {"listener_manager.lds.update_rejected", all.reload_failures.value()},
      {"server.total_connections", all.active.value()},
  };
  std::array<std::uint64_t, kHelloResults> hellos{};
  std::uint64_t no_name = 0;
  for (const ListenerStatus& listener : forwarder.listeners()) {
    const ListenerCounters& counters = *listener.counters;
    const std::string name = stat_name(listener.name);
    for (const auto& each : kListenerStatistics)
      out.push_back({fmt::format(fmt::runtime(each.name), name), (counters.*each.counter).value()});
    for (const TlsStatistic& each : kTlsStatistics)
      out.push_back(
          {fmt::format("listener.{}.{}", name, each.name), (counters.tls.*each.counter).value()});
    out.push_back({fmt::format("listener.{}.downstream_pre_cx_timeout", name),
                   counters.hellos[static_cast<std::size_t>(HelloStatus::NeedMore)].value()});
    for (std::size_t i = 0; i < hellos.size(); ++i) hellos[i] += counters.hellos[i].value();
    no_name += counters.no_name.value();
  }
  const auto hello = [&](HelloStatus status) { return hellos[static_cast<std::size_t>(status)]; };
  const std::uint64_t found = hello(HelloStatus::Complete);
  out.push_back({"tls_inspector.tls_found", found});
  out.push_back({"tls_inspector.sni_found", found - no_name});
  out.push_back({"tls_inspector.sni_not_found", no_name});
  out.push_back(
      {"tls_inspector.tls_not_found", hello(HelloStatus::NotTls) + hello(HelloStatus::PlainHttp)});
  out.push_back({"tls_inspector.client_hello_too_large", hello(HelloStatus::TooLarge)});
  if (const LogSink* log = forwarder.log(); log != nullptr)
    out.push_back({"access_log_file.write_failed_bytes", log->dropped()});
  for (const auto& [cluster, addresses] : forwarder.clusters()) {
    const std::string start = fmt::format("cluster.{}.", stat_name(cluster));
    for (const auto& each : kClusterStatistics)
      out.push_back({start + each.name, sum_of(addresses, each.counter)});
    for (const TlsStatistic& each : kTlsStatistics)
      out.push_back({start + each.name, sum_of(addresses, each.counter)});
  }
  std::sort(out.begin(), out.end(),
            [](const Statistic& a, const Statistic& b) { return a.name < b.name; });
  return out;
}

std::string prometheus_text(const Forwarder& forwarder, const std::string& version) {
  Writer writer;
  writer.family("egressctl_build_info", "gauge", "The program's version.");
  writer.sample(1, fmt::format("version=\"{}\"", label_value(version)));
  write_listeners(writer, forwarder);
  write_clusters(writer, forwarder);
  const Counters& all = forwarder.counters();
  writer.family("egressctl_upstream_connect_duration_seconds", "histogram",
                "Time until the upstream was connected.");
  writer.histogram(all.connect_time);
  writer.single("egressctl_denied_addresses_total", "counter",
                "Names that led to addresses that may not be dialled.",
                all.denied_addresses.value());
  writer.family("egressctl_dns_lookups_total", "counter", "Names looked up for connections.");
  writer.sample(all.dns.found.value(), "result=\"found\"");
  writer.sample(all.dns.no_such_name.value(), "result=\"no_such_name\"");
  writer.sample(all.dns.failed.value(), "result=\"no_answer\"");
  writer.sample(all.dns.cached.value(), "result=\"cached\"");
  writer.sample(all.dns.joined.value(), "result=\"joined\"");
  writer.family("egressctl_config_reloads_total", "counter", "Reloads of the configuration.");
  writer.sample(all.reloads.value(), "result=\"success\"");
  writer.sample(all.reload_failures.value(), "result=\"failure\"");
  const std::chrono::duration<double> last = all.last_reload.load();
  writer.single("egressctl_config_last_reload_success_timestamp_seconds", "gauge",
                "When the configuration was taken last, since 1970.", last.count());
  if (const LogSink* log = forwarder.log(); log != nullptr)
    writer.single("egressctl_access_log_dropped_bytes_total", "counter",
                  "Lines of the access log that nobody took.", log->dropped());
  write_process(writer, forwarder);
  return writer.take();
}

}  // namespace egressctl::forward
