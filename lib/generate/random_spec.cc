#include "lib/generate/random_spec.h"

#include <random>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace egressctl::generate::testing {
namespace {

using spec::Via;

class Maker {
 public:
  explicit Maker(std::uint32_t seed) : random_(seed) {}

  spec::Spec make() {
    spec::Spec spec;
    spec.name = "random";
    spec.istio.version.value.minor = between(20, 30);
    spec.gateway.service_account = spec.gateway.name;
    spec.gateway.create = chance(2);
    spec.access_log = chance(2);
    spec.policy.inner_sni.value = static_cast<spec::InnerSni>(between(0, 2));
    if (spec.istio.version.value.minor == 20 && *spec.policy.inner_sni == spec::InnerSni::Strict)
      spec.istio.version.value.minor = 21;
    spec.policy.outbound.value = static_cast<spec::Outbound>(between(0, 1));
    spec.policy.network_policy.value = chance(2);
    spec.policy.authorize = chance(2);
    add_clients(spec);
    const int destinations = between(1, 12);
    for (int i = 0; i < destinations; ++i) add_destination(spec, i);
    return spec;
  }

 private:
  int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  bool chance(int one_in) { return between(1, one_in) == 1; }

  std::string word(int longest) {
    std::string text;
    const int size = between(1, longest);
    for (int i = 0; i < size; ++i) text += static_cast<char>('a' + between(0, 25));
    return text;
  }

  // Few suffixes, so that wildcards and names of different destinations overlap.
  std::string fresh_host(bool wildcard) {
    static const std::vector<std::string> kSuffixes = {"com", "org", "a.com", "b.a.com", "x.org"};
    while (true) {
      const std::string& suffix = kSuffixes[static_cast<std::size_t>(between(0, 4))];
      std::string host = wildcard && chance(2) ? "*." + suffix
                         : wildcard            ? fmt::format("*.{}.{}", word(8), suffix)
                                               : fmt::format("{}.{}", word(30), suffix);
      if (hosts_.insert(host).second) return host;
    }
  }

  void add_clients(spec::Spec& spec) {
    const int clients = between(0, 3);
    for (int i = 0; i < clients; ++i) {
      spec::Client client;
      client.name_space.value = fmt::format("team-{}", i);
      for (int k = between(0, 2); k > 0; --k)
        client.service_accounts.push_back({fmt::format("account-{}", k), {}});
      if (chance(3)) client.selector["app"] = word(10);
      spec.clients.push_back(std::move(client));
    }
  }

  void add_destination(spec::Spec& spec, int number) {
    spec::Destination destination;
    destination.name.value = fmt::format("{}-{}", word(chance(3) ? 90 : 8), number);
    const auto via = static_cast<Via>(between(0, 4));
    destination.via.value = via;
    if (via != Via::Originate && chance(3)) destination.ports.push_back({8443, {}});
    if (via != Via::Originate && chance(5)) destination.ports.erase(destination.ports.begin());
    if (destination.ports.empty()) destination.ports.push_back({9418, {}});
    const bool wildcard = via == Via::CommonHost || via == Via::SniProxy || via == Via::Direct;
    for (int k = between(1, 4); k > 0; --k) {
      const bool now = via == Via::CommonHost ? k == 1 : wildcard && chance(2);
      destination.hosts.push_back({fresh_host(now), {}});
    }
    if (via == Via::CommonHost) {
      const std::string& last = *destination.hosts.back();
      destination.common_host.value = chance(4) ? named_under(spec, last) : "www" + last.substr(1);
    }
    spec.destinations.push_back(std::move(destination));
  }

  // A host below `wildcard` that an earlier destination lists already, where there is one.
  static std::string named_under(const spec::Spec& spec, const std::string& wildcard) {
    const std::string suffix = wildcard.substr(1);
    for (const spec::Destination& other : spec.destinations)
      for (const auto& host : other.hosts)
        if (host->front() != '*' && host->ends_with(suffix)) return *host;
    return "www" + suffix;
  }

  std::mt19937 random_;
  std::set<std::string> hosts_;
};

}  // namespace

spec::Spec random_spec(std::uint32_t seed) {
  return Maker(seed).make();
}

}  // namespace egressctl::generate::testing
