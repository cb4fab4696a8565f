#include "lib/forward/io/resolver.h"

#include <deque>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "lib/forward/test_dns.h"
#include "lib/forward/test_network.h"

namespace egressctl::forward {
namespace {

using std::chrono::milliseconds;
using testing::DnsServer;

constexpr const char* kName = "www.example.com";

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

struct Told {
  Resolution resolution = Resolution::Failed;
  std::vector<std::string> addresses;
};

// A resolver that asks `server`, on a thread of its own.
class Lookups {
 public:
  explicit Lookups(const DnsServer& server, ResolverSettings settings = {})
      : loop_(*EventLoop::make()) {
    settings.servers = {server.address()};
    auto made = Resolver::make(*loop_, std::move(settings), counters_);
    REQUIRE(made.has_value());
    resolver_ = std::move(*made);
    thread_ = std::thread([this] { loop_->run(); });
  }
  Lookups(const Lookups&) = delete;
  Lookups& operator=(const Lookups&) = delete;
  ~Lookups() {
    loop_->stop();
    thread_.join();
  }

  // Looks all of them up at once, and comes back when all are told.
  std::vector<Told> operator()(const std::vector<std::string>& names) {
    std::promise<void> told;
    std::deque<Waiter> waiters;
    std::size_t left = names.size();
    loop_->post([&] {
      for (const std::string& name : names)
        resolver_->resolve(name, waiters.emplace_back([&] {
          if (--left == 0) told.set_value();
        }));
    });
    told.get_future().wait();
    std::vector<Told> out;
    out.reserve(names.size());
    for (const Waiter& waiter : waiters) out.push_back(waiter.told);
    return out;
  }
  Told operator()(const std::string& name) {
    return (*this)(std::vector<std::string>{name}).front();
  }

  // Does something on the resolver's thread.
  void run(const std::function<void(Resolver&)>& work) {
    std::promise<void> done;
    loop_->post([&] {
      work(*resolver_);
      done.set_value();
    });
    done.get_future().wait();
  }

  [[nodiscard]] const ResolverCounters& counters() const { return counters_; }

 private:
  struct Waiter final : public Resolver::Waiter {
    explicit Waiter(std::function<void()> when_told) : tell(std::move(when_told)) {}
    void on_resolved(Resolution resolution, const std::vector<IpAddress>& addresses) override {
      told.resolution = resolution;
      for (const IpAddress& each : addresses) told.addresses.push_back(each.to_string());
      tell();
    }
    std::function<void()> tell;
    Told told;
  };

  ResolverCounters counters_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<Resolver> resolver_;
  std::thread thread_;
};

DnsServer::Answer found(std::uint32_t ttl = 60) {
  return {.addresses = {ip("192.0.2.1")}, .ttl = ttl};
}

}  // namespace

TEST_CASE("resolver: families take turns, IPv6 first, and no address comes twice") {
  const DnsServer server([](const std::string&) {
    return DnsServer::Answer{
        .addresses = {ip("192.0.2.1"), ip("192.0.2.2"), ip("192.0.2.1"), ip("2001:db8::1")}};
  });
  CHECK_EQ(Lookups(server)(kName).addresses,
           std::vector<std::string>{"2001:db8::1", "192.0.2.1", "192.0.2.2"});
}

TEST_CASE("resolver: what several ask for at the same time is asked for once") {
  const DnsServer server([](const std::string&) { return found(); });
  Lookups lookups(server);
  for (const Told& each : lookups(std::vector<std::string>(50, kName)))
    CHECK_EQ(each.addresses, std::vector<std::string>{"192.0.2.1"});
  CHECK_EQ(server.lookups(), 1);
  CHECK_EQ(lookups.counters().joined.value(), 49);
}

TEST_CASE("resolver: an answer is kept as long as DNS says, within limits") {
  std::uint32_t ttl = 0;
  int expected = 0;
  ResolverSettings settings;
  SUBCASE("a minute") {
    ttl = 60;
    expected = 1;
  }
  SUBCASE("not at all, but for the shortest time") {
    expected = 1;
  }
  SUBCASE("not at all") {
    settings.shortest = std::chrono::seconds(0);
    expected = 2;
  }
  SUBCASE("a day, but for the longest time") {
    ttl = 86'400;
    settings.longest = settings.shortest = std::chrono::seconds(0);
    expected = 2;
  }
  const DnsServer server([&](const std::string&) { return found(ttl); });
  Lookups lookups(server, settings);
  for (int i = 0; i < 2; ++i) CHECK_EQ(lookups(kName).resolution, Resolution::Found);
  CHECK_EQ(server.lookups(), expected);
  CHECK_EQ(lookups.counters().cached.value(), 2 - expected);
}

TEST_CASE("resolver: a change of DNS is seen when the answer has ended") {
  std::atomic<int> asked{0};
  const DnsServer server([&](const std::string&) {
    return DnsServer::Answer{.addresses = {ip(asked++ < 2 ? "192.0.2.1" : "192.0.2.2")}, .ttl = 0};
  });
  ResolverSettings settings;
  settings.shortest = std::chrono::seconds(0);
  Lookups lookups(server, settings);
  CHECK_EQ(lookups(kName).addresses, std::vector<std::string>{"192.0.2.1"});
  CHECK_EQ(lookups(kName).addresses, std::vector<std::string>{"192.0.2.2"});
}

TEST_CASE("resolver: names in use are asked for again before their answer ends") {
  std::atomic<bool> moved{false};
  std::atomic<bool> silent{false};
  const DnsServer server([&](const std::string&) {
    return DnsServer::Answer{
        .addresses = {ip(moved ? "192.0.2.2" : "192.0.2.1")}, .ttl = 86'400, .silent = silent};
  });
  ResolverSettings settings;
  settings.look = milliseconds(1);
  SUBCASE("and a change is followed without waiting") {
    settings.longest = milliseconds(1);
    Lookups lookups(server, settings);
    CHECK_EQ(lookups(kName).addresses, std::vector<std::string>{"192.0.2.1"});
    moved = true;
    const std::uint64_t before = lookups.counters().found.value();
    // Of its own accord: nobody asks.
    CHECK(testing::wait_until([&] { return lookups.counters().found.value() > before + 1; }));
    CHECK_EQ(lookups(kName).addresses, std::vector<std::string>{"192.0.2.2"});
  }
  SUBCASE("but not those that nobody has asked for in a while") {
    settings.look = std::chrono::seconds(60);
    settings.in_use = milliseconds(0);
    Lookups lookups(server, settings);
    lookups(kName);
    lookups.run([](Resolver& resolver) { resolver.refresh(); });
    // The question would have gone out before this one.
    lookups("other.example.com");
    CHECK_EQ(server.lookups(), 2);
  }
  SUBCASE("and a DNS that is silent takes nothing away before") {
    settings.look = std::chrono::seconds(60);
    settings.timeout = milliseconds(10);
    Lookups lookups(server, settings);  // within two looks of its end from the first
    CHECK_EQ(lookups(kName).addresses, std::vector<std::string>{"192.0.2.1"});
    silent = true;
    lookups.run([](Resolver& resolver) { resolver.refresh(); });
    CHECK(testing::wait_until([&] { return lookups.counters().failed.value() == 1; }));
    CHECK_EQ(lookups(kName).addresses, std::vector<std::string>{"192.0.2.1"});
    CHECK_EQ(lookups.counters().cached.value(), 1);
  }
}

TEST_CASE("resolver: a failure is kept, too, and told apart") {
  DnsServer::Answer answer;
  Resolution expected = Resolution::NoSuchName;
  ResolverSettings settings;
  settings.failure = std::chrono::seconds(60);
  settings.timeout = milliseconds(140);
  SUBCASE("no such name") {
    answer.code = 3;
  }
  SUBCASE("no address") {}
  SUBCASE("a server that fails") {
    answer.code = 2;
    expected = Resolution::Failed;
  }
  SUBCASE("a server that is silent") {
    answer.silent = true;
    expected = Resolution::Failed;
  }
  const DnsServer server([&](const std::string&) { return answer; });
  Lookups lookups(server, settings);
  CHECK_EQ(lookups(kName).resolution, expected);
  const int asked = server.lookups();
  CHECK_GE(asked, 1);
  CHECK_EQ(lookups(kName).resolution, expected);
  CHECK_EQ(server.lookups(), asked);
  CHECK_EQ(lookups.counters().found.value(), 0);
  CHECK_EQ(lookups.counters().no_such_name.value() + lookups.counters().failed.value(), 1);
}

TEST_CASE("resolver: no search list makes another name of what was asked for") {
  std::vector<std::string> names;
  {
    const DnsServer server([&](const std::string& name) {
      names.push_back(name);
      return DnsServer::Answer{.code = 3};
    });
    CHECK_EQ(Lookups(server)("svc.example").resolution, Resolution::NoSuchName);
  }  // the server's thread has ended
  CHECK_FALSE(names.empty());
  for (const std::string& name : names) CHECK_EQ(name, "svc.example");
}

TEST_CASE("resolver: who leaves is not told, and the others are") {
  std::promise<void> asked;
  std::promise<void> may_answer;
  std::atomic<bool> first{true};
  const DnsServer server([&](const std::string&) {
    if (first.exchange(false)) {
      asked.set_value();
      may_answer.get_future().wait();
    }
    return found();
  });
  Lookups lookups(server);
  struct Leaver final : public Resolver::Waiter {
    void on_resolved(Resolution, const std::vector<IpAddress>&) override { told = true; }
    bool told = false;
  };
  auto leaver = std::make_unique<Leaver>();
  lookups.run([&](Resolver& resolver) { resolver.resolve(kName, *leaver); });
  asked.get_future().wait();
  lookups.run([&](Resolver&) {
    CHECK_FALSE(leaver->told);
    leaver.reset();
  });
  may_answer.set_value();
  CHECK_EQ(lookups(kName).addresses, std::vector<std::string>{"192.0.2.1"});
  CHECK_EQ(server.lookups(), 1);
}

}  // namespace egressctl::forward
