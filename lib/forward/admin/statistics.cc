#include "lib/forward/admin/statistics.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
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

  void histogram(std::string_view name, std::string_view help, const Histogram& histogram) {
    family(name, "histogram", help);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i) {
      below += histogram.bucket(i);
      sample(below, fmt::format("le=\"{}\"", Histogram::kBounds[i]), "_bucket");
    }
    below += histogram.bucket(Histogram::kBounds.size());
    sample(below, "le=\"+Inf\"", "_bucket");
    constexpr double kMicro = 1e6;
    sample(static_cast<double>(histogram.micros()) / kMicro, {}, "_sum");
    sample(below, {}, "_count");
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::string name_;
};

void write_connections(Writer& writer, const Forwarder& forwarder) {
  const Counters& all = forwarder.counters();
  writer.single("egressctl_listener_downstream_cx_total", "counter", "Connections accepted.",
                all.total.value());
  writer.single("egressctl_listener_downstream_cx_active", "gauge", "Connections going on.",
                all.active.value());
  writer.single("egressctl_listener_downstream_cx_overflow_total", "counter",
                "Connections refused beyond --max-connections.", all.overflow.value());
  writer.single("egressctl_listener_out_of_descriptors_total", "counter",
                "Times that file descriptors had run out.", all.out_of_descriptors.value());
  writer.single("egressctl_downstream_rx_bytes_total", "counter", "Bytes received from clients.",
                all.bytes_received.value());
  writer.single("egressctl_downstream_tx_bytes_total", "counter", "Bytes sent to clients.",
                all.bytes_sent.value());
  writer.family("egressctl_client_hello_total", "counter", "First messages of clients.");
  for (std::size_t i = 0; i + 1 < kHelloResults; ++i) {
    const bool found = kHelloWords[i] == "found";
    writer.sample(all.hellos[i].value() - (found ? all.no_name.value() : 0),
                  fmt::format("result=\"{}\"", kHelloWords[i]));
  }
  writer.sample(all.no_name.value(), "result=\"no_sni\"");
  writer.single("egressctl_refused_total", "counter",
                "Connections without a route, a name or leave.", all.refused.value());
  writer.single("egressctl_denied_addresses_total", "counter",
                "Names that led to addresses that may not be dialled.",
                all.denied_addresses.value());
  writer.family("egressctl_connections_closed_total", "counter",
                "Connections that have ended, by response flag.");
  writer.sample(all.closed_normally.value(), "flag=\"-\"");
  for (std::size_t bit = 0; bit < all.flags.size(); ++bit)
    if (const std::string word = flag_word(bit); word != "-")
      writer.sample(all.flags[bit].value(), fmt::format("flag=\"{}\"", word));
}

struct ClusterStatistic {
  Counter ClusterCounters::*counter;
  const char* name;    // of Envoy
  const char* family;  // of Prometheus
  const char* type;
  const char* help;
};

constexpr ClusterStatistic kClusterStatistics[] = {
    {&ClusterCounters::total, "upstream_cx_total", "egressctl_upstream_cx_total", "counter",
     "Connections made."},
    {&ClusterCounters::active, "upstream_cx_active", "egressctl_upstream_cx_active", "gauge",
     "Connections going on."},
    {&ClusterCounters::connect_failures, "upstream_cx_connect_fail",
     "egressctl_upstream_connect_fail_total", "counter", "Connections that failed."},
    {&ClusterCounters::bytes_sent, "upstream_cx_tx_bytes_total",
     "egressctl_upstream_tx_bytes_total", "counter", "Bytes sent."},
    {&ClusterCounters::bytes_received, "upstream_cx_rx_bytes_total",
     "egressctl_upstream_rx_bytes_total", "counter", "Bytes received."},
};

std::uint64_t sum_of(const std::vector<std::shared_ptr<const ClusterCounters>>& addresses,
                     Counter ClusterCounters::*counter) {
  std::uint64_t out = 0;
  for (const auto& address : addresses) out += (address.get()->*counter).value();
  return out;
}

void write_clusters(Writer& writer, const Forwarder& forwarder) {
  const auto clusters = forwarder.clusters();
  for (const ClusterStatistic& each : kClusterStatistics) {
    writer.family(each.family, each.type, each.help);
    for (const auto& [cluster, addresses] : clusters)
      writer.sample(sum_of(addresses, each.counter),
                    fmt::format("route=\"{}\"", label_value(cluster)));
  }
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
      {"listener.downstream_cx_total", all.total.value()},
      {"listener.downstream_cx_active", all.active.value()},
      {"listener.downstream_cx_overflow", all.overflow.value()},
      {"listener.no_filter_chain_match", all.refused.value()},
      {"listener.ssl.handshake", all.handshakes.value()},
      {"listener.ssl.session_reused", all.handshakes_resumed.value()},
      {"listener.ssl.connection_error", all.handshake_failures.value()},
      {"tls_inspector.tls_found",
       all.hellos[static_cast<std::size_t>(HelloStatus::Complete)].value()},
      {"tls_inspector.sni_not_found", all.no_name.value()},
      {"tls_inspector.tls_not_found",
       all.hellos[static_cast<std::size_t>(HelloStatus::NotTls)].value() +
           all.hellos[static_cast<std::size_t>(HelloStatus::PlainHttp)].value()},
      {"tls_inspector.client_hello_too_large",
       all.hellos[static_cast<std::size_t>(HelloStatus::TooLarge)].value()},
      {"tcp.downstream_cx_rx_bytes_total", all.bytes_received.value()},
      {"tcp.downstream_cx_tx_bytes_total", all.bytes_sent.value()},
      {"dns_cache.denied_addresses", all.denied_addresses.value()},
      {"dns_cache.dns_query_attempt",
       all.dns.found.value() + all.dns.no_such_name.value() + all.dns.failed.value()},
      {"dns_cache.dns_query_failure", all.dns.no_such_name.value() + all.dns.failed.value()},
      {"dns_cache.dns_query_success", all.dns.found.value()},
      {"listener_manager.lds.update_success", all.reloads.value()},
      {"listener_manager.lds.update_rejected", all.reload_failures.value()},
  };
  if (const LogSink* log = forwarder.log(); log != nullptr)
    out.push_back({"access_log_file.write_failed_bytes", log->dropped()});
  for (const auto& [cluster, addresses] : forwarder.clusters()) {
    const std::string start = fmt::format("cluster.{}.", stat_name(cluster));
    for (const ClusterStatistic& each : kClusterStatistics)
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
  write_connections(writer, forwarder);
  write_clusters(writer, forwarder);
  const Counters& all = forwarder.counters();
  writer.histogram("egressctl_upstream_connect_duration_seconds",
                   "Time until the upstream was connected.", all.connect_time);
  writer.histogram("egressctl_connection_duration_seconds", "How long connections lasted.",
                   all.connection_time);
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
