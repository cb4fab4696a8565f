#include "lib/logs/explain.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/logs/flags.h"
#include "lib/logs/reasons.h"

namespace egressctl::logs {
namespace {

constexpr std::size_t kMaxRules = 6;
constexpr std::string_view kPassthrough = "PassthroughCluster";
constexpr std::string_view kBlackHole = "BlackHoleCluster";

// Over TCP, what says why a request was answered so says that there was none: a chain was not
// found, a hello did not come.
bool is_failure(const Entry& entry) {
  return !entry.flags.empty() || !entry.termination.empty() || !entry.failure.empty() ||
         entry.code >= 400 || (!entry.is_http() && !entry.details.empty());
}

// Where TLS ends, a handshake that fails leaves no flag: Envoy has the upstream connected, and
// nothing is ever sent. Where it does not end, the hello that the SNI is from would count.
bool is_silent(const Entry& entry) {
  return !is_failure(entry) && entry.received == 0 && entry.sent == 0 &&
         !entry.server_name.empty() && !entry.cluster.empty() && !entry.upstream_host.empty();
}

// A client that goes away before its connection leads anywhere leaves no flag, either.
bool is_given_up(const Entry& entry) {
  return !is_failure(entry) && !entry.is_http() && entry.sent == 0 && entry.upstream_host.empty();
}

// A cluster that connects to the name that is asked for has endpoints as DNS has them.
bool is_forward_proxy(std::string_view cluster) {
  return cluster.find("dynamic_forward_proxy") != std::string_view::npos;
}

class Explainer {
 public:
  explicit Explainer(const LoggedConnection& connection) : connection_(connection) {}

  Explanation explain() {
    for (const LoggedHop& hop : connection_.hops) {
      if (is_failure(hop.entry) || is_silent(hop.entry) || is_given_up(hop.entry))
        out_.outcome = Outcome::Failed;
      if (!hop.entry.flags.empty()) out_.flags = hop.entry.flags;
    }
    explain_together();
    // What is nearest to the fault goes first.
    for (auto hop = connection_.hops.rbegin(); hop != connection_.hops.rend(); ++hop)
      explain_hop(*hop);
    return std::move(out_);
  }

 private:
  void say(std::string sentence, std::string_view rules) {
    if (std::find(out_.sentences.begin(), out_.sentences.end(), sentence) == out_.sentences.end())
      out_.sentences.push_back(std::move(sentence));
    if (rules.empty()) return;
    for (const std::string_view rule : split(rules, ' '))
      if (out_.rules.size() < kMaxRules &&
          std::find(out_.rules.begin(), out_.rules.end(), rule) == out_.rules.end())
        out_.rules.push_back(rule);
  }

  // What only the lines together tell.
  void explain_together() {
    const Entry* sidecar = connection_.of(Role::Sidecar);
    const Entry* gateway = connection_.of(Role::Gateway);
    const Entry* inner = connection_.of(Role::InternalListener);
    if (gateway != nullptr && gateway->details == "filter_chain_not_found")
      say(gateway->server_name.empty()
              ? "the sidecar sent no outer SNI, and every server of the "
                "gateway asks for one"
              : fmt::format("the sidecar sent the outer SNI \"{}\", which no "
                            "server of the gateway "
                            "takes",
                            gateway->server_name),
          "EGR0404 EGR0302 EGR0402");
    if (inner != nullptr && inner->details == "filter_chain_not_found")
      say(fmt::format("the gateway does not let the inner SNI \"{}\" pass", inner->server_name),
          "EGR0508");
    if (inner == nullptr && gateway != nullptr && gateway->flags == "UR" &&
        gateway->upstream_host.starts_with("envoy://"))
      say(fmt::format("the listener {} in the gateway refused what it was "
                      "sent, and does not log: "
                      "most likely its allow-list lacks the inner SNI",
                      gateway->upstream_host),
          "EGR0508");
    if (sidecar != nullptr && inner != nullptr && !sidecar->server_name.empty() &&
        !inner->server_name.empty() && sidecar->server_name != inner->server_name)
      say(fmt::format("the inner SNI \"{}\" is not the one that the sidecar "
                      "saw, \"{}\"",
                      inner->server_name, sidecar->server_name),
          "EGR0508");
  }

  void explain_hop(const LoggedHop& hop) {
    const Entry& entry = hop.entry;
    const std::string_view where = to_string(hop.role);
    if (entry.cluster == kPassthrough) {
      if (out_.outcome == Outcome::Arrived) out_.outcome = Outcome::Bypassed;
      say("it left the mesh from the sidecar, past the gateway: no route is "
          "for it, and the mesh "
          "lets unlisted hosts out",
          "EGR0501 EGR0301 EGR0203");
    }
    // The virtual host of istiod for what it knows no way to.
    if (entry.cluster == kBlackHole || entry.route == "block_all") {
      say("the sidecar knows no way to it and lets nothing unlisted out "
          "(REGISTRY_ONLY)",
          "EGR0301 EGR0205 EGR0216");
      return;
    }
    if (is_silent(entry))
      say("the gateway connected the host, and not a byte came: the client's "
          "handshake failed, "
          "because it did not accept the gateway's certificate or showed none "
          "that the mesh's CA "
          "signed",
          "EGR0402 EGR0210");
    if (is_given_up(entry))
      say(fmt::format("{}: the client went away before its connection led anywhere", where), {});
    if (entry.flags == "UH" && entry.failure.empty() && is_forward_proxy(entry.cluster)) {
      say(fmt::format(
              "{}: the name \"{}\" could not be resolved, or leads nowhere that may be dialled",
              where, entry.host()),
          "EGR0609");
      return;
    }
    const std::size_t before = out_.sentences.size();
    add(where, explain_failure(entry.failure), entry.failure);
    add(where, explain_termination(entry.termination), entry.termination);
    // "An upstream answered" explains nothing.
    if (entry.details != "via_upstream") add(where, explain_details(entry.details), entry.details);
    if (out_.sentences.size() > before) return;
    for (const std::string_view word : entry.flag_list()) {
      const FlagInfo* flag = find_flag(word);
      say(flag == nullptr ? fmt::format("{} ({}): no flag of Envoy", where, word)
                          : fmt::format("{} ({}): {}", where, word, flag->meaning),
          flag == nullptr ? std::string_view() : flag->rules);
    }
  }

  void add(std::string_view where, const Reason& reason, std::string_view text) {
    if (text.empty()) return;
    if (reason.meaning.empty()) {
      say(fmt::format("{}: {}", where, text), {});
    } else {
      say(fmt::format("{}: {}", where, reason.meaning), reason.rules);
    }
  }

  const LoggedConnection& connection_;
  Explanation out_;
};

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::Arrived: return "arrived";
    case Outcome::Bypassed: return "bypassed";
    case Outcome::Failed: return "failed";
  }
  return {};
}

Explanation explain(const LoggedConnection& connection) {
  return Explainer(connection).explain();
}

}  // namespace egressctl::logs
