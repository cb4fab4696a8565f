#include "lib/logs/join.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace egressctl::logs {
namespace {

constexpr std::string_view kInternal = "envoy://";

// How far the clocks of two nodes may be apart, in ms.
constexpr std::int64_t kClockSkew = 200;

// How many of the latest lines are looked at where only times and bytes decide.
constexpr std::size_t kMaxTried = 64;

std::string key_of(std::string_view client, std::string_view server) {
  const bool known = !client.empty() && !server.empty() && !client.starts_with(kInternal) &&
                     !server.starts_with(kInternal);
  return known ? fmt::format("{}>{}", client, server) : std::string();
}

std::string upstream_key(const Entry& entry) {
  return key_of(entry.upstream_local, entry.upstream_host);
}

std::string downstream_key(const Entry& entry) {
  return key_of(entry.downstream_remote, entry.downstream_local);
}

// How far the two lines of one connection may be apart beyond what it lasted, in ms, where their
// addresses agree: a port is used again after some time.
constexpr std::int64_t kMostApart = 30'000;

// The time of "2026-11-23T11:30:21.325Z", in ms.
std::optional<std::int64_t> time_of(std::string_view text) {
  constexpr std::size_t kStart = 11;
  if (text.size() < kStart + 8) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t size) {
    std::int64_t out = 0;
    std::from_chars(text.data() + at, text.data() + std::min(at + size, text.size()), out);
    return out;
  };
  const std::chrono::sys_days day = std::chrono::year(static_cast<int>(number(0, 4))) /
                                    static_cast<int>(number(5, 2)) / static_cast<int>(number(8, 2));
  std::int64_t out = day.time_since_epoch().count() * 24;
  out = ((out + number(kStart, 2)) * 60 + number(kStart + 3, 2)) * 60 + number(kStart + 6, 2);
  out *= 1000;
  return text.size() >= kStart + 12 ? out + number(kStart + 9, 3) : out;
}

bool has_failed(const Entry& entry) {
  return !entry.flags.empty() || (entry.received == 0 && entry.sent == 0);
}

// A connection of which the client's side has no address of its own: it never
// was made.
bool was_never_made(const Entry& entry) {
  return entry.upstream_local.empty() && !entry.failure.empty() && !entry.upstream_host.empty();
}

// How far the start of a next hop is from the time that the outer connection lasted, in ms: 0
// within. std::nullopt when a time is not known.
std::optional<std::int64_t> distance(const Entry& outer, const Entry& inner) {
  const auto outer_time = time_of(outer.time);
  const auto inner_time = time_of(inner.time);
  if (!outer_time || !inner_time) return std::nullopt;
  const std::int64_t delay = *inner_time - *outer_time;
  if (delay < 0) return -delay;
  return std::max<std::int64_t>(0, delay - static_cast<std::int64_t>(outer.duration));
}

// Whether the line of a next hop can be of the connection that the other is of.
bool can_follow(const Entry& outer, const Entry& inner) {
  if (outer.upstream_host.starts_with(kInternal)) {
    if (outer.source != inner.source || inner.time < outer.time) return false;
    if (outer.received == inner.received && outer.sent == inner.sent) return true;
    // What was refused inside, the outer connection has tried to send.
    return !inner.flags.empty() && inner.sent <= outer.sent;
  }
  const auto apart = distance(outer, inner);
  return apart && *apart <= kClockSkew && has_failed(inner);
}

template <typename Lists, typename Connection>
void drop_from(Lists& lists, const std::string& key, const Connection& connection) {
  const auto found = lists.find(key);
  if (found == lists.end()) return;
  std::erase(found->second, connection);
  if (found->second.empty()) lists.erase(found);
}

}  // namespace

const Entry* LoggedConnection::of(Role role) const {
  for (const LoggedHop& hop : hops)
    if (hop.role == role) return &hop.entry;
  return nullptr;
}

std::string_view LoggedConnection::host() const {
  for (const Role role : {Role::Sidecar, Role::InternalListener}) {
    const Entry* entry = of(role);
    if (entry != nullptr && !entry->host().empty()) return entry->host();
  }
  return hops.front().entry.host();
}

void Joiner::add(Entry entry) {
  const Role role = role_of(entry);
  if (role == Role::InternalListener) {
    if (join_to_outer(entry, role)) return;
  } else if (const auto before = take_nearest(by_upstream_, downstream_key(entry), entry, true)) {
    // The next hop of a line that is there.
    const Pending::iterator connection = *before;
    if (connection->hops.size() == 1) connection->hops.front().role = Role::Sidecar;
    connection->hops.push_back({Role::Gateway, std::move(entry)});
    join_inner(connection);
    return;
  } else if (const auto after = take_nearest(by_downstream_, upstream_key(entry), entry, false)) {
    const Pending::iterator connection = *after;
    connection->hops.front().role = Role::Gateway;
    connection->hops.insert(connection->hops.begin(), LoggedHop{Role::Sidecar, std::move(entry)});
    return;
  } else if (has_failed(entry) && join_to_outer(entry, Role::Gateway)) {
    return;
  }
  pending_.emplace_back();
  pending_.back().hops.push_back({role, std::move(entry)});
  index(std::prev(pending_.end()));
  while (pending_.size() > window_) tell_oldest();
}

std::optional<Joiner::Pending::iterator> Joiner::take_nearest(Lists& lists, const std::string& key,
                                                              const Entry& entry, bool is_inner) {
  const auto found = lists.find(key);
  if (found == lists.end()) return std::nullopt;
  auto& list = found->second;
  auto nearest = list.end();
  std::int64_t best = kMostApart;
  for (auto candidate = list.begin(); candidate != list.end(); ++candidate) {
    const Entry& other =
        is_inner ? (*candidate)->hops.back().entry : (*candidate)->hops.front().entry;
    const auto known = is_inner ? distance(other, entry) : distance(entry, other);
    const std::int64_t apart = known.value_or(0);
    if (apart > best || (nearest != list.end() && apart == best)) continue;
    best = apart;
    nearest = candidate;
  }
  if (nearest == list.end()) return std::nullopt;
  const Pending::iterator out = *nearest;
  list.erase(nearest);
  if (list.empty()) lists.erase(found);
  return out;
}

void Joiner::finish() {
  while (!pending_.empty()) tell_oldest();
}

// Takes the line of the next hop that came before this one's own.
void Joiner::join_inner(Pending::iterator outer) {
  const Entry& last = outer->hops.back().entry;
  if (!last.upstream_host.starts_with(kInternal) && !was_never_made(last)) return;
  const std::string place(last.upstream_host);
  const auto waiting = inner_.find(place);
  if (waiting != inner_.end()) {
    const auto& list = waiting->second;
    for (std::size_t i = list.size() - std::min(list.size(), kMaxTried); i < list.size(); ++i) {
      const Pending::iterator inner = list[i];
      const Entry& first = inner->hops.front().entry;
      if (inner == outer || first.downstream_local != place || !can_follow(last, first)) continue;
      drop_from_indexes(inner);
      if (!place.starts_with(kInternal)) {
        outer->hops.front().role = Role::Sidecar;
        inner->hops.front().role = Role::Gateway;
      }
      for (LoggedHop& hop : inner->hops) outer->hops.push_back(std::move(hop));
      pending_.erase(inner);
      return;
    }
  }
  outer_[place].push_back(outer);
}

bool Joiner::join_to_outer(Entry& inner, Role role) {
  const auto waiting = outer_.find(std::string(inner.downstream_local));
  if (waiting == outer_.end()) return false;
  auto& list = waiting->second;
  const auto first = list.end() - static_cast<std::ptrdiff_t>(std::min(list.size(), kMaxTried));
  const auto found = std::find_if(first, list.end(), [&](Pending::iterator outer) {
    return can_follow(outer->hops.back().entry, inner);
  });
  if (found == list.end()) return false;
  const Pending::iterator outer = *found;
  list.erase(found);
  if (list.empty()) outer_.erase(waiting);
  if (role == Role::Gateway) outer->hops.front().role = Role::Sidecar;
  outer->hops.push_back({role, std::move(inner)});
  join_inner(outer);
  return true;
}

void Joiner::index(Pending::iterator connection) {
  const LoggedHop& hop = connection->hops.front();
  if (hop.role == Role::InternalListener || has_failed(hop.entry))
    inner_[std::string(hop.entry.downstream_local)].push_back(connection);
  if (hop.role == Role::InternalListener) return;
  if (std::string key = downstream_key(hop.entry); !key.empty())
    by_downstream_[std::move(key)].push_back(connection);
  if (std::string key = upstream_key(hop.entry); !key.empty())
    by_upstream_[std::move(key)].push_back(connection);
  join_inner(connection);
}

void Joiner::drop_from_indexes(Pending::iterator connection) {
  for (const LoggedHop& hop : connection->hops) {
    drop_from(by_upstream_, upstream_key(hop.entry), connection);
    drop_from(by_downstream_, downstream_key(hop.entry), connection);
    drop_from(inner_, std::string(hop.entry.downstream_local), connection);
    drop_from(outer_, std::string(hop.entry.upstream_host), connection);
  }
}

void Joiner::tell_oldest() {
  const auto oldest = pending_.begin();
  drop_from_indexes(oldest);
  LoggedConnection connection = std::move(*oldest);
  pending_.pop_front();
  done_(std::move(connection));
}

}  // namespace egressctl::logs
